import type { Row } from '../api/types';

/** More would be twenty sheets and more that nobody reads. */
export const PRINTED_ROWS_MAX = 1000;

/** What of a table goes on paper: all of it, or of a long one the patients with the fewest years. */
export function printedRows(arranged: readonly Row[]): readonly Row[] {
  if (arranged.length <= PRINTED_ROWS_MAX) return arranged;
  return arranged.toSorted((a, b) => a.years - b.years || a.row - b.row).slice(0, PRINTED_ROWS_MAX);
}
