// The survival curve as it is drawn.

interface SentPoint {
  years: number;
  probability: number;
  /** The ends of the band around the curve, in answers that give it. */
  lower?: number | null;
  upper?: number | null;
}

export interface CurvePoint {
  years: number;
  probability: number;
  band: { lower: number; upper: number } | null;
}

/** From the start, where all are alive; empty for a model without a curve. */
export function curveOf(sent: readonly SentPoint[]): CurvePoint[] {
  if (sent.length === 0) return [];
  const start = { years: 0, probability: 1, band: { lower: 1, upper: 1 } };
  return [start, ...sent.map(pointOf)];
}

function pointOf({ years, probability, lower, upper }: SentPoint): CurvePoint {
  const band = lower == null || upper == null ? null : { lower, upper };
  return { years, probability, band };
}

/** A band with a gap in it would say that the curve is certain there. */
export function hasBand(curve: readonly CurvePoint[]): boolean {
  return curve.length > 0 && curve.every((point) => point.band !== null);
}

/** Moves labels apart that would overlap, each as little as needed; the order stays as it is. */
export function spreadLabels(places: readonly number[], gap: number, end: number): number[] {
  const order = places.map((_, index) => index).sort((a, b) => at(places, a) - at(places, b));
  const spread = [...places];
  let free = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    spread[index] = Math.max(at(spread, index), free);
    free = at(spread, index) + gap;
  }
  let limit = end;
  for (const index of order.reverse()) {
    spread[index] = Math.min(at(spread, index), limit);
    limit = at(spread, index) - gap;
  }
  return spread;
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0;
}

/** The line through the points and through the median, which the model knows exactly. */
export function lineOf(
  curve: readonly Pick<CurvePoint, 'years' | 'probability'>[],
  median: number | null,
): { years: number; probability: number }[] {
  const end = curve.at(-1)?.years ?? 0;
  const isOnCurve = median !== null && median < end;
  const known = isOnCurve ? [...curve, { years: median, probability: 0.5 }] : [...curve];
  return known.sort((a, b) => a.years - b.years || b.probability - a.probability);
}
