// The texts on the interval of an estimate.

import { createFormat, type PatientShare } from '../format';
import { wholeYears, years } from './nouns';

const format = createFormat('en');
const share = ({ count, outOf }: PatientShare) =>
  `${format.whole(count)}\u00a0of\u00a0${format.whole(outOf)}`;
const outlive = ({ count }: PatientShare) => (count === 1 ? 'outlives' : 'outlive');
const of100 = (count: number) =>
  count > 99 ? 'more than 99\u00a0of\u00a0100' : `${format.whole(count)}\u00a0of\u00a0100`;

export const interval = {
  label: 'Interval:',
  /** The heading of a column of intervals. */
  heading: (lower: PatientShare, upper: PatientShare) =>
    `${share(lower)} ${outlive(lower)} / ${share(upper)} ${outlive(upper)}`,
  headingOfVersion1: 'Interval',
  fromTo: (lower: number, upper: number) =>
    `from ${format.time(lower)} to ${format.time(upper)}\u00a0years`,
  fromToHorizon: (lower: number, horizon: number) =>
    `from ${format.time(lower)} to at least ${wholeYears(horizon)}`,
  atLeast: (horizon: number) => `at least ${wholeYears(horizon)}`,
  /** The label of the interval in a plot. Without an upper end, the interval is open. */
  plotted: (estimate: number, lower: number, upper: number | null, horizon: number) =>
    `expected ${format.tenth(estimate)} (from ${format.time(lower)} to ${upper === null ? `at least ${format.whole(horizon)}` : format.time(upper)})`,
  plottedAtLeast: (estimate: number, horizon: number) =>
    `expected ${format.tenth(estimate)} (interval: at least ${format.whole(horizon)})`,
  hint: (lower: PatientShare, upper: PatientShare, horizon: number) =>
    `Interval: ${share(lower)} such patients ${outlive(lower)} its lower end, ${share(upper)} ${outlive(upper)} its upper end. “At least ${wholeYears(horizon)}” means that an end lies beyond the horizon. The estimate is the mean of the years lived within the horizon, so early deaths can pull it below the interval.`,
  hintOfVersion1: (horizon: number) =>
    `The interval was made to contain the true number of years for 80 of 100 such patients. “At least ${wholeYears(horizon)}” means that it continues beyond the horizon.`,
  sentence: (lowerPart: string, upperPart: string) => `${lowerPart}; ${upperPart}.`,
  outliveLower: (patients: PatientShare, lower: number) =>
    `${share(patients)} such patients ${outlive(patients)} ${years(lower)}`,
  dieEarly: (patients: PatientShare, early: number) =>
    `At least ${share(patients)} such patients ${patients.count === 1 ? 'dies' : 'die'} within ${years(early)}`,
  earlyDeath: 'An early death of such patients can’t be excluded',
  outliveUpper: (patients: PatientShare, upper: number) =>
    `${share(patients)} ${outlive(patients)} ${years(upper)}`,
  dieWithin: (dying: number, horizon: number) =>
    `${of100(dying)} die within ${wholeYears(horizon)}, so there is no upper end`,
  moreOutlive: (patients: PatientShare, horizon: number) =>
    `more than ${share(patients)} ${outlive(patients)} ${wholeYears(horizon)}, so there is no upper end`,
  moreOutliveHorizon: (patients: PatientShare, alive: number | null, horizon: number) =>
    `At least ${wholeYears(horizon)}: more than ${share(patients)} such patients${alive === null ? '' : ` (${of100(alive)} by their curve)`} outlive ${wholeYears(horizon)}.`,
  aboutOutliveHorizon: (patients: PatientShare, horizon: number) =>
    `At least ${wholeYears(horizon)}: about ${share(patients)} such patients outlive ${wholeYears(horizon)}.`,
  estimateBelow: (estimate: number, horizon: number) =>
    `The estimate of ${years(estimate)} lies below the interval because it is the mean of the years lived within ${wholeYears(horizon)}: who outlives them counts for ${format.whole(horizon)}, and early deaths pull the mean down.`,
};
