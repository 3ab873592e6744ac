// The texts of plots, of the patient's page, and of printed results.

import { createFormat } from '../format';
import { patients, wholeYears, yearRange } from './nouns';

const format = createFormat('en');

interface Point {
  years: number;
  probability: number;
}

const points = (curve: readonly Point[]) =>
  curve
    .map((point) => `${format.percent(point.probability)} after ${wholeYears(point.years)}`)
    .join(', ');

interface Bin {
  from: number;
  to: number | null;
  count: number;
}

interface Curve {
  stratum: { from: number; to: number | null };
  points: readonly Point[];
}

const patient = {
  title: (row: number, id: string | null) =>
    id === null ? `Patient in row ${format.whole(row)}` : `Patient ${id}`,
  /** `file` is null for a file without a name. */
  place: (row: number, total: number, file: string | null) =>
    `Row ${format.whole(row)} of ${format.whole(total)}${file === null ? '' : ` in ${file}`}`,
  neighbours: 'Patients of this result',
  previous: 'Previous patient',
  next: 'Next patient',
  back: 'Back to the result',
  open: 'Open the patient’s page',
  noSuchRow: (row: number, total: number) =>
    `There is no row ${format.whole(row)}: this result has ${patients(total)}.`,
  skipped: 'This patient was skipped and not predicted',
};

const curve = {
  altText: (curvePoints: readonly Point[], interval: string) =>
    `Predicted survival curve. Chance of still being alive: ${points(curvePoints)}. Interval: ${interval}.`,
  vertical: 'Chance of still being alive',
  median: (median: number) => `median ${format.time(median)}`,
  valuesTable: 'Values as a table',
  band: 'Band',
  bandValue: (lower: number, upper: number) =>
    `${format.percent(lower)} to ${format.percent(upper)}`,
  bandHint: (level: number, start: number) =>
    `The shaded band (${format.percent(level)}) shows how uncertain the curve itself is, not how much single patients may differ from it. The band is not computed before ${wholeYears(start)}.`,
  bandTooNarrow: (holds: number) =>
    `In simulations it contained the true curve at only ${format.percent(holds)} of its points.`,
  barsHint: (level: number) =>
    `The bars (${format.percent(level)}) show how uncertain these chances are, not how much single patients may differ from them.`,
  otherVersion:
    'Only these points of the curve are known: the result was computed with another version of the model.',
  notLoaded: 'The curve between the points could not be loaded.',
  loading: 'Loading the curve…',
};

const cohort = {
  title: 'Overview of the patients in this file',
  loading: 'Loading the overview…',
  histogram: 'Distribution of expected years',
  histogramAltText: (total: number, largest: Bin, under: number, low: number) =>
    `Histogram of the expected years of ${patients(total)}, in bins of half a year. The largest bin, ${yearRange(largest.from, largest.to)}, has ${patients(largest.count)}. With ${yearRange(0, under)}: ${patients(low)}.`,
  histogramVertical: 'Patients',
  strata: 'By expected years',
  stratumShort: (from: number, to: number | null) => {
    if (to === null) return `≥\u00a0${format.whole(from)}`;
    return from === 0 ? `<\u00a0${format.whole(to)}` : `${format.whole(from)}–<${format.whole(to)}`;
  },
  expected: 'Expected years',
  patients: 'Patients',
  share: 'Share',
  mean: 'Mean years',
  imputed: 'With missing values',
  outOfRange: 'With unusual values',
  none: '—',
  curves: 'Mean survival of each group',
  curvesAltText: (curves: readonly Curve[]) =>
    `Mean predicted survival curves of groups by expected years: chance of still being alive. ${curves
      .map(
        ({ stratum, points: [, ...rest] }) =>
          `${yearRange(stratum.from, stratum.to)}: ${points(rest)}`,
      )
      .join('; ')}.`,
  curvesGuide: 'Only the points are known. The lines between them are a guide to the eye.',
};

const printing = {
  lowestEstimates: (count: number, total: number) =>
    `These are the ${format.whole(count)} of ${patients(total)} with the lowest estimates. All patients are in the CSV file.`,
};

export const plots = { patient, curve, cohort, printing };
