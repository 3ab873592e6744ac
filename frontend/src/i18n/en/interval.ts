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
    `Interval: ${share(lower)} ${outlive(lower)} its start, ${share(upper)} its end`,
  headingOfVersion1: 'Interval',
  fromTo: (lower: number, upper: number) =>
    `from ${format.time(lower)} to ${format.time(upper)}\u00a0years`,
  fromToHorizon: (lower: number, horizon: number) =>
    `from ${format.time(lower)} to at least ${wholeYears(horizon)}`,
  atLeast: (horizon: number) => `at least ${wholeYears(horizon)}`,
  /** The label of the interval in a plot. Without an upper end, the interval is open. */
  plotted: (estimate: number, lower: number, upper: number | null, horizon: number) =>
    `expected ${format.time(estimate)} (from ${format.time(lower)} to ${upper === null ? `at least ${format.whole(horizon)}` : format.time(upper)})`,
  plottedAtLeast: (estimate: number, horizon: number) =>
    `expected ${format.time(estimate)} (interval: at least ${format.whole(horizon)})`,
  /** `canLieBelow`: whether the estimate can lie below the interval. */
  hint: (lower: PatientShare, upper: PatientShare, horizon: number, canLieBelow: boolean) =>
    `Interval: ${share(lower)} such patients ${outlive(lower)} its lower end, ${share(upper)} ${outlive(upper)} its upper end. “At least ${wholeYears(horizon)}” means that an end lies beyond the horizon. The estimate is the mean of the years lived within the horizon${canLieBelow ? ', so early deaths can pull it below the interval' : ''}.`,
  hintOfVersion1: (version: string, horizon: number) =>
    `Result of version ${version}: its intervals were made to contain the true number of years for 80 of 100 such patients, and often begin at the estimate. “At least ${wholeYears(horizon)}” means that an interval continues beyond the horizon. Run the file again for intervals of version 2.`,
  sentence: (lowerPart: string, upperPart: string) => `${lowerPart}; ${upperPart}.`,
  outliveLower: (patients: PatientShare, lower: number) =>
    `${share(patients)} such patients ${outlive(patients)} ${years(lower)}`,
  dieEarly: (patients: PatientShare, early: number) =>
    `At least ${share(patients)} such patients ${patients.count === 1 ? 'dies' : 'die'} within ${years(early)}`,
  almostAllDie: (patients: PatientShare, early: number) =>
    `${share(patients)} such patients ${patients.count === 1 ? 'dies' : 'die'} within ${years(early)}.`,
  earlyDeath: (patients: PatientShare) =>
    `Some of these patients die within weeks, so there is no time that ${share(patients)} ${outlive(patients)}`,
  outliveUpper: (patients: PatientShare, upper: number) =>
    `${share(patients)} ${outlive(patients)} ${years(upper)}`,
  /** `alive` of 100 outlive the horizon, which is more than `patients`. Null if it is unknown. */
  moreOutlive: (patients: PatientShare, alive: number | null, horizon: number) =>
    `${alive === null ? `more than ${share(patients)} ${outlive(patients)}` : `${of100(alive)}, more than ${share(patients)}, outlive`} ${wholeYears(horizon)}, so there is no upper end within ${wholeYears(horizon)}`,
  moreOutliveHorizon: (patients: PatientShare, alive: number | null, horizon: number) =>
    `At least ${wholeYears(horizon)}: more than ${share(patients)} such patients${alive === null ? '' : ` (${of100(alive)} by their curve)`} outlive ${wholeYears(horizon)}.`,
  aboutOutliveHorizon: (patients: PatientShare, horizon: number) =>
    `At least ${wholeYears(horizon)}: about ${share(patients)} such patients outlive ${wholeYears(horizon)}.`,
  estimateBelow: (estimate: number, horizon: number) =>
    `The estimate of ${years(estimate)} lies below the interval because it is the mean of the years lived within ${wholeYears(horizon)}: patients who outlive these ${wholeYears(horizon)} count as ${format.whole(horizon)}, and early deaths pull the mean down.`,
  estimateTooLong: (dying: PatientShare, lower: number, bound: number) =>
    `The estimate is somewhat too long: if ${share(dying)} ${dying.count === 1 ? 'dies' : 'die'} before ${years(lower)}, the mean is at most ${years(bound)}.`,
  estimateTooShort: (patients: PatientShare, upper: number, bound: number) =>
    `The estimate is somewhat too short: if ${share(patients)} ${outlive(patients)} ${years(upper)}, the mean is at least ${years(bound)}.`,
};
