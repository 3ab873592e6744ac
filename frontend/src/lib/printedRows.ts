// The rows of a result table that are printed.

import type { Row } from '../api/types';

/** A thousand rows fill about twenty sheets. */
export const PRINTED_ROWS_MAX = 1000;

/** Return the rows to print: all of them, or in a long table those with the lowest estimates. */
export function printedRows(arranged: readonly Row[]): readonly Row[] {
  if (arranged.length <= PRINTED_ROWS_MAX) return arranged;
  return arranged.toSorted((a, b) => a.years - b.years || a.row - b.row).slice(0, PRINTED_ROWS_MAX);
}
