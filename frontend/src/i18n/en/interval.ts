// The texts on an estimate and its interval.

import { createFormat, type PatientShare, SHORTEST_YEARS } from '../format';
import { wholeYears, years } from './nouns';

const format = createFormat('en');
const share = ({ count, outOf }: PatientShare) =>
  `${format.whole(count)}\u00a0of\u00a0${format.whole(outOf)}`;
const live = ({ count }: PatientShare) => (count === 1 ? 'lives' : 'live');
const die = ({ count }: PatientShare) => (count === 1 ? 'dies' : 'die');
const of100 = (count: number) =>
  count > 99 ? 'more than 99\u00a0of\u00a0100' : `${format.whole(count)}\u00a0of\u00a0100`;
const orMore = (horizon: number) => `${wholeYears(horizon)} or more`;
const lookAhead = (horizon: number) => `The model does not look beyond ${wholeYears(horizon)}.`;
const atStart = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const interval = {
  /** An estimate as a part of the horizon. */
  estimate: {
    part: (estimate: number, horizon: number) =>
      `${format.tenth(estimate)} of the next ${wholeYears(horizon)}`,
    nearlyAll: (horizon: number) => `nearly all of the next ${wholeYears(horizon)}`,
    /** In a table. */
    nearly: (horizon: number) => `nearly\u00a0${format.whole(horizon)}`,
    nearlyYears: (horizon: number) => `nearly ${wholeYears(horizon)}`,
    hardlyAny: (horizon: number) =>
      `less than ${years(SHORTEST_YEARS)} within the next ${wholeYears(horizon)}`,
    notLifeExpectancy: (horizon: number) =>
      `Not life expectancy: the model looks ${wholeYears(horizon)} ahead.`,
  },
  label: 'Interval:',
  /** The heading of a column of intervals. */
  heading: (lower: PatientShare, upper: PatientShare) =>
    `Interval: ${share(lower)} ${live(lower)} beyond its start, ${share(upper)} beyond its end`,
  headingOfVersion1: 'Interval',
  /** `upper` is a time with its unit. */
  fromTo: (lower: number, upper: string) => `from ${format.time(lower)} to ${upper}`,
  fromToHorizon: (lower: number, horizon: number) =>
    `from ${format.time(lower)} to ${orMore(horizon)}`,
  atLeast: orMore,
  /** The label in a plot. */
  plotted: (estimate: string, interval: string) => `expected ${estimate} (${interval})`,
  /** `canLieBelow`: whether the estimate can lie below the interval. */
  hint: (lower: PatientShare, upper: PatientShare, horizon: number, canLieBelow: boolean) =>
    `Interval: ${share(lower)} similar patients ${live(lower)} beyond its start, ${share(upper)} beyond its end. “${orMore(horizon)}” means that the model does not look further. The estimate is the mean of the years lived within these ${wholeYears(horizon)}${canLieBelow ? ', so early deaths can pull it below the interval' : ''}.`,
  /** `horizon` is null if no interval reaches it. */
  hintOfVersion1: (version: string, horizon: number | null) =>
    `Result of version ${version}: its intervals were made to contain the true number of years for 80 of 100 similar patients, and often begin at the estimate. ${horizon === null ? '' : `“${orMore(horizon)}” means that the model does not look further. `}Run the file again for intervals of version 2.`,
  /** Both ends lie before the horizon, or the upper one lies beyond it. */
  closed: (lowerPart: string, upperPart: string) => `${lowerPart}; ${upperPart}.`,
  open: (lowerPart: string, upperPart: string, horizon: number) =>
    `${lowerPart}; ${upperPart}. ${lookAhead(horizon)}`,
  outliveLower: (patients: PatientShare, lower: number) =>
    `${share(patients)} similar patients ${live(patients)} longer than ${years(lower)}`,
  dieEarly: (patients: PatientShare) =>
    `At least ${share(patients)} similar patients ${die(patients)} within weeks`,
  almostAllDie: (patients: PatientShare) =>
    `At least ${share(patients)} similar patients ${die(patients)} within weeks.`,
  earlyDeath: () => 'Some similar patients die very early, so the interval begins at 0',
  outliveUpper: (patients: PatientShare, upper: number) =>
    `${share(patients)} ${live(patients)} longer than ${years(upper)}`,
  nearlyHorizon: (patients: PatientShare, horizon: number) =>
    `${share(patients)} ${live(patients)} nearly ${wholeYears(horizon)} or longer`,
  /** `alive` of 100 outlive the horizon. Null if it is unknown; then they are more than `patients`. */
  outliveHorizon: (patients: PatientShare, alive: number | null, horizon: number) =>
    `${alive === null ? `more than ${share(patients)} ${live(patients)}` : `${of100(alive)} live`} longer than ${wholeYears(horizon)}`,
  /** The whole interval lies beyond the horizon. */
  mostOutliveHorizon: (patients: PatientShare, alive: number | null, horizon: number) =>
    `${atStart(alive === null ? `more than ${share(patients)}` : of100(alive))} similar patients live longer than ${wholeYears(horizon)}. ${lookAhead(horizon)}`,
  aboutOutliveHorizon: (patients: PatientShare, horizon: number) =>
    `About ${share(patients)} similar patients ${live(patients)} longer than ${wholeYears(horizon)}. ${lookAhead(horizon)}`,
  estimateBelow: (estimate: number, horizon: number) =>
    `The estimate of ${years(estimate)} lies below the interval because it is a mean: nobody counts for more than ${wholeYears(horizon)}, and early deaths pull the mean down.`,
  estimateTooLong: (dying: PatientShare, lower: number, bound: number) =>
    `The estimate is somewhat too long: if ${share(dying)} ${die(dying)} before ${years(lower)}, the mean is at most ${years(bound)}.`,
  estimateTooShort: (patients: PatientShare, upper: number, bound: number) =>
    `The estimate is somewhat too short: if ${share(patients)} ${live(patients)} longer than ${years(upper)}, the mean is at least ${years(bound)}.`,
};
