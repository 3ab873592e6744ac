import type { ContributionScale, Row } from '../api/types';

/** Smaller than what is printed: a contribution of 0.0 years or 0.00 of the other scales. */
const NEGLIGIBLE: Record<ContributionScale, number> = {
  years: 0.05,
  log_hazard: 0.005,
  score: 0.005,
};

export type Effect = 'better' | 'worse' | 'none';

/** More years are good; a higher log hazard or score is bad. */
export function effectOf(value: number, scale: ContributionScale): Effect {
  if (Math.abs(value) < NEGLIGIBLE[scale]) return 'none';
  return value > 0 === (scale === 'years') ? 'better' : 'worse';
}

/** Baseline + contributions: the estimate before it was limited to the horizon. */
export function sumOf(row: Row): number {
  return row.contributions.reduce((total, each) => total + each.value, row.baseline);
}

/** The hazard ratio against the average patient; null for years, which say nothing of it. */
export function hazardRatio(row: Row, scale: ContributionScale): number | null {
  return scale === 'years' ? null : Math.exp(sumOf(row) - row.baseline);
}

/**
 * What measuring a missing column could do to the estimate: `unknown` in a result that doesn't say,
 * `unused` by the model, `unchanged` as far as it is printed, or a `range` in years.
 */
export type Gap =
  | { column: string; kind: 'unknown' | 'unused' | 'unchanged' }
  | { column: string; kind: 'range'; low: number; high: number };

/** The missing columns of a row, the one that matters most first. */
export function gapsOf(row: Row): Gap[] {
  const width = (gap: Gap) => (gap.kind === 'range' ? gap.high - gap.low : 0);
  const isFirst = (gap: Gap) => Number(gap.column === row.measure_first);
  return row.imputed
    .map((column) => gapOf(row, column))
    .sort((a, b) => isFirst(b) - isFirst(a) || width(b) - width(a) || order(a) - order(b));
}

function gapOf(row: Row, column: string): Gap {
  const range = row.if_measured.find((each) => each.column === column);
  if (range === undefined) return { column, kind: 'unknown' };
  const { low, high } = range;
  if (low.toFixed(1) !== high.toFixed(1)) return { column, kind: 'range', low, high };
  // An estimate at the horizon may stay there although the model uses the column.
  const isUsed = row.contributions.some((each) => each.column === column && each.value !== 0);
  return { column, kind: low === high && !isUsed ? 'unused' : 'unchanged' };
}

function order(gap: Gap): number {
  return gap.kind === 'unused' ? 1 : 0;
}

/**
 * Where half of such patients have died: at a time, beyond the end of the curve, or null without a
 * curve.
 */
export type Median = { years: number } | { beyond: number } | null;

export function medianOf(row: Row): Median {
  const last = row.survival.at(-1);
  if (last === undefined) return null;
  return row.median_years === null ? { beyond: last.years } : { years: row.median_years };
}
