import type { Row } from '../api/types';

/** More would be twenty sheets and more that nobody reads. */
export const PRINTED_ROWS_MAX = 1000;

interface Table {
  /** What the person sees, on all pages of the table. */
  arranged: readonly Row[];
  /** How many patients of the result match: more than are loaded, if the result is large. */
  total: number;
  /** The patients with the fewest years of the whole result, the fewest first. */
  sickest: readonly Row[];
}

/** What of a table goes on paper: all of it, or of a large one the patients with the fewest years. */
export function printedRows({ arranged, total, sickest }: Table): readonly Row[] {
  if (total <= PRINTED_ROWS_MAX) return arranged;
  const source = sickest.length > 0 ? sickest : arranged;
  return source.toSorted((a, b) => a.years - b.years || a.row - b.row).slice(0, PRINTED_ROWS_MAX);
}
