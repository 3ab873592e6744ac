// Figures derived from one patient row: effects of contributions, missing values, median survival.

import type { ContributionScale, Row } from '../api/types';

/** Smaller contributions hardly matter: they are printed as 0.0 years, or change the hazard by less than 5%. */
const NEGLIGIBLE: Record<ContributionScale, number> = {
  years: 0.05,
  log_hazard: 0.05,
  score: 0.05,
};

export type Effect = 'better' | 'worse' | 'none';

/**
 * Return the effect of a contribution. More years are better; a higher log hazard or score is
 * worse.
 */
export function effectOf(value: number, scale: ContributionScale): Effect {
  if (Math.abs(value) < NEGLIGIBLE[scale]) return 'none';
  return value > 0 === (scale === 'years') ? 'better' : 'worse';
}

/** Return baseline + contributions: the estimate before it is clamped to the horizon. */
export function contributionTotal(row: Row): number {
  return row.contributions.reduce((total, { value }) => total + value, row.baseline);
}

/**
 * Return the hazard ratio against the average patient, or null if the contributions are in years.
 */
export function hazardRatio(row: Row, scale: ContributionScale): number | null {
  return scale === 'years' ? null : Math.exp(contributionTotal(row) - row.baseline);
}

/**
 * A missing value, the value that was used instead, and how measuring it could change the estimate.
 * Results of the models' versions 1 do not have the value that was used.
 *
 * - `unknown`: the result was written by an older worker and does not have this information.
 * - `unused`: the model does not use the column.
 * - `unchanged`: the printed estimate stays the same.
 * - `range`: the estimate would lie between `low` and `high` years.
 */
export type MissingValue = { column: string; expected: number | null } & (
  | { kind: 'unknown' | 'unused' | 'unchanged' }
  | { kind: 'range'; low: number; high: number }
);

/** Return the missing values of a row, the most important one first. */
export function missingValuesOf(row: Row): MissingValue[] {
  const width = (missing: MissingValue) =>
    missing.kind === 'range' ? missing.high - missing.low : 0;
  const isFirst = (missing: MissingValue) => Number(missing.column === row.measure_first);
  return row.imputed
    .map((column) => missingValueOf(row, column))
    .sort((a, b) => isFirst(b) - isFirst(a) || width(b) - width(a) || order(a) - order(b));
}

function missingValueOf(row: Row, column: string): MissingValue {
  const expected = row.imputed_values.find((imputed) => imputed.column === column)?.value ?? null;
  const range = row.if_measured.find((candidate) => candidate.column === column);
  if (range === undefined) return { column, expected, kind: 'unknown' };
  const { low, high } = range;
  if (low.toFixed(1) !== high.toFixed(1)) return { column, expected, kind: 'range', low, high };
  // The range of a used column can be empty: an estimate at the horizon is clamped to it.
  const isUsed = row.contributions.some((part) => part.column === column && part.value !== 0);
  return { column, expected, kind: low === high && !isUsed ? 'unused' : 'unchanged' };
}

function order(missing: MissingValue): number {
  return missing.kind === 'unused' ? 1 : 0;
}

/**
 * Median survival in years, or the end of the curve if the median lies beyond it. Null if the model
 * has no curve.
 */
export type Median = { years: number } | { beyond: number } | null;

export function medianOf(row: Row): Median {
  const last = row.survival.at(-1);
  if (last === undefined) return null;
  return row.median_years === null ? { beyond: last.years } : { years: row.median_years };
}
