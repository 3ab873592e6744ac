// Rows of a result as the API sends them, turned into the rows that the page works with.

import type { ApiRow, EstimateField, Row, SkippedRow } from './types';

/** A row as the worker stored it. Rows of older workers lack the newer fields. */
type StoredRow = Partial<ApiRow> & Pick<ApiRow, 'row'>;
type StoredPrediction = StoredRow & Record<EstimateField, number>;

/**
 * Whether the row has an estimate. The years and their interval are present together or not at all.
 */
export function isPredicted<Stored extends StoredRow>(
  row: Stored,
): row is Stored & Record<EstimateField, number> {
  return typeof row.years === 'number';
}

export function skippedRow(row: StoredRow): SkippedRow {
  return { row: row.row, id: row.id ?? null, errors: row.errors ?? [] };
}

/** Return the row with defaults for its absent fields: an empty list, `false` or `null`. */
export function predictedRow(row: StoredPrediction): Row {
  const { errors: _, ...stored } = row;
  return {
    ...stored,
    id: row.id ?? null,
    upper_open: row.upper_open ?? false,
    survival: row.survival ?? [],
    median_years: row.median_years ?? null,
    mayo_score: row.mayo_score ?? null,
    imputed: row.imputed ?? [],
    imputed_values: row.imputed_values ?? [],
    if_measured: row.if_measured ?? [],
    measure_first: row.measure_first ?? null,
    out_of_range: row.out_of_range ?? [],
    // Older workers wrote the number under another name than `value`.
    contributions: (row.contributions ?? []).filter(({ value }) => Number.isFinite(value)),
  };
}
