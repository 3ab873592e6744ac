// What an estimate and its interval say, in words that are computed from a patient's row.

import type { Row } from '../api/types';
import type { Dictionary } from '../i18n';
import { type PatientShare, SHORTEST_YEARS } from '../i18n/format';
import type { Quantiles, ResultParameters } from './resultParameters';

type Interval = Pick<Row, 'lower' | 'upper' | 'upper_open'>;

/** The parameters of an interval of the models' versions 2. */
export interface IntervalParameters {
  horizon: number;
  intervalQuantiles: Quantiles;
}

/**
 * Return the estimate as a part of the horizon, such as "7.2 of the next 8 years".
 *
 * The number is left out if, rounded to tenths as everywhere on the page, it is the horizon or less
 * than a tenth: "8.0 of the next 8 years" would look certain.
 */
export function estimateText(
  years: number,
  horizon: number,
  { interval: { estimate: words } }: Dictionary,
): string {
  if (isPrintedAs(years, horizon)) return words.nearlyAll(horizon);
  return printedTenths(years) === 0 ? words.hardlyAny(horizon) : words.part(years, horizon);
}

/** Return the estimate as a number in a table. Instead of the horizon it says "nearly 8". */
export function estimateNumber(
  years: number,
  horizon: number,
  { interval, format }: Dictionary,
): string {
  return isPrintedAs(years, horizon) ? interval.estimate.nearly(horizon) : format.time(years);
}

/** Return a time of at most the horizon with its unit. Instead of the horizon it says "nearly 8 years". */
export function nearlyYears(
  years: number,
  horizon: number,
  { interval, result }: Dictionary,
): string {
  return isPrintedAs(years, horizon) ? interval.estimate.nearlyYears(horizon) : result.years(years);
}

/** Return the heading of a column of intervals. */
export function intervalHeading(
  { intervalQuantiles }: Pick<ResultParameters, 'intervalQuantiles'>,
  { interval: words }: Dictionary,
): string {
  if (intervalQuantiles === null) return words.headingOfVersion1;
  return words.heading(...outlivingShares(intervalQuantiles));
}

/**
 * Return what intervals mean. `isOpen`: whether one of them has no upper end.
 */
export function intervalHint(
  { horizon, intervalQuantiles, modelVersion, hasCurve }: HintParameters,
  { interval: words }: Dictionary,
  isOpen = true,
): string {
  if (intervalQuantiles === null)
    return words.hintOfVersion1(modelVersion, isOpen ? horizon : null);
  return words.hint(...outlivingShares(intervalQuantiles), horizon, hasCurve);
}

type HintParameters = Pick<
  ResultParameters,
  'horizon' | 'intervalQuantiles' | 'modelVersion' | 'hasCurve'
>;

/** Return the interval in words, such as "from 2.1 to 6.3 years". */
export function intervalText(interval: Interval, horizon: number, dictionary: Dictionary): string {
  const { lower, upper, upper_open } = interval;
  const words = dictionary.interval;
  if (isBeyondHorizon(interval, horizon)) return words.atLeast(horizon);
  if (!upper_open && upper < SHORTEST_YEARS) return dictionary.result.years(upper);
  return upper_open
    ? words.fromToHorizon(lower, horizon)
    : words.fromTo(lower, nearlyYears(upper, horizon, dictionary));
}

/** Return what a patient's interval means, and a note on the estimate beside it. */
export function intervalSentences(
  row: Row,
  parameters: ResultParameters,
  dictionary: Dictionary,
): { meaning: string; note: string | null } {
  const { horizon, intervalQuantiles } = parameters;
  if (intervalQuantiles === null)
    return { meaning: intervalHint(parameters, dictionary, row.upper_open), note: null };
  const known = { horizon, intervalQuantiles };
  return {
    meaning: intervalMeaning(row, known, dictionary),
    note: estimateNote(row, known, dictionary),
  };
}

/** Return the label of the interval in a plot: the estimate, and the interval in brackets. */
export function intervalLabel(
  row: Interval & Pick<Row, 'years'>,
  horizon: number,
  dictionary: Dictionary,
): string {
  const estimate = nearlyYears(row.years, horizon, dictionary);
  return dictionary.interval.plotted(estimate, intervalText(row, horizon, dictionary));
}

/**
 * Return how many patients like this one outlive the ends of the interval. Only of an interval
 * without an upper end, it says that the model does not look beyond the horizon.
 */
export function intervalMeaning(
  row: Interval & Pick<Row, 'survival'>,
  { horizon, intervalQuantiles }: IntervalParameters,
  dictionary: Dictionary,
): string {
  const words = dictionary.interval;
  const [outliveLower, outliveUpper] = outlivingShares(intervalQuantiles);
  const alive = aliveOf100(row, horizon);
  if (isBeyondHorizon(row, horizon)) {
    const isMore = alive === null ? row.lower >= horizon : alive > of100(outliveLower);
    return isMore
      ? words.mostOutliveHorizon(outliveLower, alive, horizon)
      : words.aboutOutliveHorizon(outliveLower, horizon);
  }
  const [early, late] = intervalQuantiles;
  if (!row.upper_open && row.upper < SHORTEST_YEARS) {
    return words.almostAllDie(shareOf(late));
  }
  // A model without a curve begins an interval at 0 where it can't tell how early patients die.
  const earlyDeaths = alive === null ? words.earlyDeath() : words.dieEarly(shareOf(early));
  const lowerPart =
    row.lower < SHORTEST_YEARS ? earlyDeaths : words.outliveLower(outliveLower, row.lower);
  if (!row.upper_open) {
    const upperPart = isPrintedAs(row.upper, horizon)
      ? words.nearlyHorizon(outliveUpper, horizon)
      : words.outliveUpper(outliveUpper, row.upper);
    return words.closed(lowerPart, upperPart);
  }
  // If the rounded share equals the quantile, it doesn't explain why there is no upper end.
  const explains = alive !== null && alive > of100(outliveUpper);
  const upperPart = words.outliveHorizon(outliveUpper, explains ? alive : null, horizon);
  return words.open(lowerPart, upperPart, horizon);
}

/**
 * Return why the estimate lies below the interval or can't be the mean of such patients. Null if it
 * lies, as printed, where it should.
 *
 * Only the estimate of a model without a curve can contradict the interval: it is a sum of
 * contributions, limited to 0 and the horizon.
 */
export function estimateNote(
  { years, lower, upper }: Pick<Row, 'years' | 'lower' | 'upper'>,
  { horizon, intervalQuantiles: [early, late] }: IntervalParameters,
  { interval: words }: Dictionary,
): string | null {
  const longest = early * lower + (1 - early) * horizon;
  const shortest = (1 - late) * upper;
  const printed = printedTenths(years);
  if (printed > printedTenths(longest)) {
    return words.estimateTooLong(shareOf(early), lower, longest);
  }
  if (printed < printedTenths(shortest)) {
    return words.estimateTooShort(shareOf(1 - late), upper, shortest);
  }
  return printed < printedTenths(lower) ? words.estimateBelow(years, horizon) : null;
}

/** Whether a time is printed as the horizon, although it may be a little less. */
function isPrintedAs(years: number, horizon: number): boolean {
  return printedTenths(years) >= inTenths(horizon);
}

/** Whether the lower end is printed as the horizon, so that the interval has no width. */
function isBeyondHorizon({ lower, upper_open }: Interval, horizon: number): boolean {
  return upper_open && isPrintedAs(lower, horizon);
}

/** Return how many of 100 patients outlive the horizon, or null if the curve doesn't tell. */
function aliveOf100({ survival }: Pick<Row, 'survival'>, horizon: number): number | null {
  const point = survival.find(({ years }) => years === horizon);
  return point ? roundedPercent(point.probability) : null;
}

/** Return the shares of the patients who outlive the lower and the upper end. */
function outlivingShares([lower, upper]: Quantiles): [PatientShare, PatientShare] {
  return [shareOf(1 - lower), shareOf(1 - upper)];
}

function shareOf(probability: number): PatientShare {
  const count = roundedPercent(probability);
  return count % 10 === 0 ? { count: count / 10, outOf: 10 } : { count, outOf: 100 };
}

function of100({ count, outOf }: PatientShare): number {
  return (count * 100) / outOf;
}

/** Round like `Intl.NumberFormat`: .285 * 100 is a little less than 28.5, but means 29%. */
export function roundedPercent(probability: number): number {
  return Math.round(Number((probability * 100).toPrecision(12)));
}

function inTenths(years: number): number {
  return Math.round(years * 10);
}

/** Return a time in tenths of a year, or 0 if it is printed as less than one. */
function printedTenths(years: number): number {
  return years < SHORTEST_YEARS ? 0 : inTenths(years);
}
