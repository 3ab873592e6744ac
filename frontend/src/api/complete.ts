import type { Estimated, Row, SentRow, SkippedRow } from './types';

/** Rows are stored as they were written: those of an older worker lack what it did not know. */
type Stored = Partial<SentRow> & Pick<SentRow, 'row'>;
type Predicted = Stored & Record<Estimated, number>;

/** The years and their interval come together, or not at all. */
export function isPredicted<Sent extends Stored>(
  row: Sent,
): row is Sent & Record<Estimated, number> {
  return typeof row.years === 'number';
}

export function skippedRow(row: Stored): SkippedRow {
  return { row: row.row, id: row.id ?? null, errors: row.errors ?? [] };
}

/** An absent list is empty, any other absent value is null. */
export function completeRow(row: Predicted): Row {
  const { errors: _, ...sent } = row;
  return {
    ...sent,
    id: row.id ?? null,
    upper_open: row.upper_open ?? false,
    survival: row.survival ?? [],
    median_years: row.median_years ?? null,
    mayo_score: row.mayo_score ?? null,
    imputed: row.imputed ?? [],
    if_measured: row.if_measured ?? [],
    measure_first: row.measure_first ?? null,
    out_of_range: row.out_of_range ?? [],
    // An older worker named the value otherwise.
    contributions: (row.contributions ?? []).filter((each) => Number.isFinite(each.value)),
  };
}
