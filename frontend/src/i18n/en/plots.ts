import { createFormat } from '../format';
import { patients, wholeYears, years } from './nouns';

const format = createFormat('en');
const anyYears = (count: number) => (Number.isInteger(count) ? wholeYears(count) : years(count));
const bound = (count: number) =>
  Number.isInteger(count) ? format.whole(count) : format.tenth(count);
const range = (lower: number, upper: number, open: boolean) =>
  `${format.tenth(lower)} to ${open ? `≥\u00a0${format.whole(upper)}` : format.tenth(upper)}`;

interface Point {
  years: number;
  probability: number;
}

const points = (curve: readonly Point[]) =>
  curve
    .map((point) => `${format.percent(point.probability)} after ${wholeYears(point.years)}`)
    .join(', ');

const group = (from: number, to: number | null) => {
  if (to === null) return `${wholeYears(from)} and more`;
  return from === 0
    ? `under ${wholeYears(to)}`
    : `${format.whole(from)} to under ${wholeYears(to)}`;
};

interface Bin {
  from: number;
  to: number;
  count: number;
}

interface Curve {
  stratum: { from: number; to: number | null };
  points: readonly Point[];
}

const patient = {
  title: (row: number, id: string | null) =>
    id === null ? `Patient in row ${format.whole(row)}` : `Patient ${id}`,
  place: (row: number, total: number, file: string) =>
    `Row ${format.whole(row)} of ${format.whole(total)} in ${file}`,
  neighbours: 'Patients of this result',
  previous: 'Previous patient',
  next: 'Next patient',
  back: 'Back to the result',
  openOnly: 'Open the patient’s page',
  open: 'This patient’s own page, with the survival curve and for printing',
  openPlain: 'This patient’s own page, for printing',
  noSuchRow: (row: number, total: number) =>
    `There is no row ${format.whole(row)}: this result has ${patients(total)}.`,
  skipped: 'This patient was skipped and not predicted',
  interval: (level: number) => `${format.whole(level * 100)}% interval:`,
};

const curve = {
  /** The sentence that stands for the plot. */
  alternative: (curvePoints: readonly Point[], lower: number, upper: number, open: boolean) =>
    `Predicted survival curve. Probability to live longer: ${points(curvePoints)}. The interval of years runs from ${range(lower, upper, open)}.`,
  vertical: 'Probability to live longer',
  median: (median: number) => `median ${format.tenth(median)}`,
  interval: (estimate: number, lower: number, upper: number, open: boolean) =>
    `expected ${format.tenth(estimate)} (${range(lower, upper, open)})`,
  figures: 'Figures',
  band: 'Band',
  bandValue: (lower: number, upper: number) =>
    `${format.percent(lower)} to ${format.percent(upper)}`,
  bandHint: (level: number) =>
    `The shaded band (${format.percent(level)}) shows how far off the curve itself may be, not how differently single patients may fare.`,
};

const cohort = {
  title: 'The patients of this file at a glance',
  loading: 'Loading the overview…',
  histogram: 'How the expected years are spread',
  histogramAlternative: (total: number, fullest: Bin, under: number, low: number) =>
    `Histogram of the expected years of ${patients(total)}, in steps of half a year. The largest step, ${bound(fullest.from)} to ${anyYears(fullest.to)}, has ${patients(fullest.count)}; under ${anyYears(under)}: ${patients(low)}.`,
  histogramVertical: 'Patients',
  binName: (from: number, to: number, isLast: boolean) =>
    isLast ? `${bound(from)} to ${anyYears(to)}` : `${bound(from)} to under ${anyYears(to)}`,
  strata: 'By expected years',
  stratum: group,
  stratumShort: (from: number, to: number | null) => {
    if (to === null) return `≥\u00a0${format.whole(from)}`;
    return from === 0 ? `<\u00a0${format.whole(to)}` : `${format.whole(from)}–${format.whole(to)}`;
  },
  expected: 'Expected years',
  patients: 'Patients',
  share: 'Share',
  mean: 'Mean years',
  imputed: 'With filled-in values',
  outOfRange: 'With values out of range',
  none: '—',
  curves: 'Mean survival of each group',
  curvesAlternative: (curves: readonly Curve[]) =>
    `Mean predicted survival curves of groups by expected years: probability to live longer. ${curves
      .map(
        ({ stratum, points: [, ...read] }) => `${group(stratum.from, stratum.to)}: ${points(read)}`,
      )
      .join('; ')}.`,
};

const printing = {
  sickest: (count: number, total: number) =>
    `Printed are the ${format.whole(count)} of ${patients(total)} with the fewest expected years. All are in the CSV file.`,
};

export const plots = { patient, curve, cohort, printing };
