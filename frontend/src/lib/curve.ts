// A patient's survival curve as it is drawn, and the places of its labels.

import type { CurveCard } from '../api/types';
import type { Dictionary } from '../i18n';

interface ApiCurvePoint {
  years: number;
  probability: number;
  /** The limits of the band, if the result has one. */
  lower?: number | null;
  upper?: number | null;
}

export interface CurvePoint {
  years: number;
  probability: number;
  band: { lower: number; upper: number } | null;
}

/**
 * Return the known points of the curve with its start, where all patients are alive. Empty if the
 * model has no curve.
 */
export function curveOf(points: readonly ApiCurvePoint[]): CurvePoint[] {
  if (points.length === 0) return [];
  const start = { years: 0, probability: 1, band: { lower: 1, upper: 1 } };
  return [start, ...points.map(pointOf)];
}

function pointOf({ years, probability, lower, upper }: ApiCurvePoint): CurvePoint {
  const band = lower == null || upper == null ? null : { lower, upper };
  return { years, probability, band };
}

/** Whether every point has a band. A band with a gap would make the curve look certain there. */
export function hasBand(curve: readonly CurvePoint[]): boolean {
  return curve.length > 0 && curve.every((point) => point.band !== null);
}

/**
 * Return what the band shows. If the model's card says that in simulations the band contained the
 * true curve less often than its level says, add how often.
 */
export function bandHint(
  level: number,
  start: number,
  { quality }: CurveCard,
  { plots, format }: Dictionary,
): string {
  const words = plots.curve;
  const holds = quality?.curve_band?.simulated.holds ?? level;
  const isTooNarrow = holds < level && format.percent(holds) !== format.percent(level);
  return [words.bandHint(level, start), isTooNarrow ? words.bandTooNarrow(holds) : '']
    .filter(Boolean)
    .join(' ');
}

/** The distance between two points of the drawn curve, in addition to the baseline's knots. */
const STEP_YEARS = 0.02;
/** Probabilities have six decimals, so 0 and 1 mean less than half of the last one away. */
const ROUNDING = 5e-7;

/**
 * Return the probability to live longer than `years`, from 0 to the last known point of the curve.
 * `score` is a row's baseline plus its contributions.
 */
export function survivalAt(years: number, score: number, card: CurveCard): number {
  return Math.exp(-cumulativeHazard(years, score, card));
}

/** Return the patient's cumulative hazard up to `years`. */
export function cumulativeHazard(years: number, score: number, { reference, baseline }: CurveCard) {
  return interpolate(years, baseline.years, baseline.hazard) * Math.exp(score - reference);
}

/** Interpolate linearly between the points (xs, ys). NaN after the last point. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  const end = Math.max(1, xs.filter((other) => other < x).length);
  const [x0 = Number.NaN, x1 = Number.NaN] = xs.slice(end - 1);
  const [y0 = Number.NaN, y1 = Number.NaN] = ys.slice(end - 1);
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

/**
 * Return the whole curve up to the last of its known `points`, with the band from the first of them
 * on, if each has one.
 *
 * The half widths of the band are known at the points, on the scale of log(-log probability). They
 * are interpolated linearly in between.
 */
export function wholeCurve(
  points: readonly ApiCurvePoint[],
  score: number,
  card: CurveCard,
): CurvePoint[] {
  const years = points.map((point) => point.years);
  const [first = 0] = years;
  const end = years.at(-1) ?? 0;
  const isBanded = hasBand(curveOf(points));
  const widths = (side: 'lower' | 'upper') =>
    points.map((point) => {
      const limit = Math.min(Math.max(point[side] ?? 0, ROUNDING), 1 - ROUNDING);
      return Math.log(-Math.log(limit) / cumulativeHazard(point.years, score, card));
    });
  const [lower, upper] = [widths('lower'), widths('upper')];
  const limitAt = (time: number, hazard: number, side: readonly number[]) =>
    Math.exp(-hazard * Math.exp(interpolate(time, years, side)));
  return curveTimes(end, card).map((time) => {
    const hazard = cumulativeHazard(time, score, card);
    const band =
      isBanded && time >= first
        ? { lower: limitAt(time, hazard, lower), upper: limitAt(time, hazard, upper) }
        : null;
    return { years: time, probability: Math.exp(-hazard), band };
  });
}

/** Return the mean of the curves of patients with these scores, at each tenth of a year. */
export function meanOfCurves(
  scores: readonly number[],
  end: number,
  card: CurveCard,
): { years: number; probability: number }[] {
  const relative = scores.map((score) => Math.exp(score - card.reference));
  return Array.from({ length: end * 10 + 1 }, (_, tenth) => {
    const years = tenth / 10;
    const hazard = cumulativeHazard(years, card.reference, card);
    const total = relative.reduce((sum, factor) => sum + Math.exp(-hazard * factor), 0);
    return { years, probability: total / scores.length };
  });
}

/** Return the times of the drawn curve: every knot of the baseline, and a fine grid. */
function curveTimes(end: number, { baseline }: CurveCard): number[] {
  const steps = Math.round(end / STEP_YEARS);
  const grid = Array.from({ length: steps + 1 }, (_, step) => (step * end) / steps);
  const knots = baseline.years.filter((years) => years < end);
  return [...new Set([...grid, ...knots])].sort((a, b) => a - b);
}

/** Move overlapping labels apart, each as little as needed. Their order stays the same. */
export function spreadLabels(places: readonly number[], gap: number, end: number): number[] {
  const order = places
    .map((_, index) => index)
    .sort((a, b) => valueAt(places, a) - valueAt(places, b));
  const spread = [...places];
  let minimum = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    spread[index] = Math.max(valueAt(spread, index), minimum);
    minimum = valueAt(spread, index) + gap;
  }
  let maximum = end;
  for (const index of order.reverse()) {
    spread[index] = Math.min(valueAt(spread, index), maximum);
    maximum = valueAt(spread, index) - gap;
  }
  return spread;
}

function valueAt(values: readonly number[], index: number): number {
  return values[index] ?? 0;
}
