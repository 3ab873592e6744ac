// The points of a survival curve as they are drawn, and the places of its labels.

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
 * Return the curve with its start, where all patients are alive. Empty if the model has no curve.
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

/**
 * Return the points of the curve with the median as one more point. The model gives the median
 * exactly, while the points of the curve are at whole years.
 */
export function curveWithMedian(
  curve: readonly Pick<CurvePoint, 'years' | 'probability'>[],
  median: number | null,
): { years: number; probability: number }[] {
  const end = curve.at(-1)?.years ?? 0;
  const isOnCurve = median !== null && median < end;
  const points = isOnCurve ? [...curve, { years: median, probability: 0.5 }] : [...curve];
  return points.sort((a, b) => a.years - b.years || b.probability - a.probability);
}
