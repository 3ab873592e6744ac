// Sorting, searching, filtering and paging of the rows of a result table.

import type { Row } from '../api/types';

export type SortKey = 'row' | 'id' | 'years' | 'interval';

/** A range of expected years: at least `from` and less than `to`, which is null at the horizon. */
export interface YearRange {
  from: number;
  to: number | null;
}

export interface RowFilter {
  range: YearRange | null;
  /** Only the patients with missing values. */
  imputed: boolean;
  /** Only the patients with values out of range. */
  outOfRange: boolean;
}

export const NO_FILTER: RowFilter = { range: null, imputed: false, outOfRange: false };

export interface Arrangement extends RowFilter {
  sortBy: SortKey;
  descending: boolean;
  idFilter: string;
}

/** The number of rows that the table shows at once. */
export const ROWS_PER_PAGE = 100;

const naturalOrder = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

const COMPARE: Record<SortKey, (a: Row, b: Row) => number> = {
  row: (a, b) => a.row - b.row,
  id: (a, b) => naturalOrder.compare(a.id ?? '', b.id ?? ''),
  years: (a, b) => a.years - b.years,
  // The lower limit comes first because cautious readers look at it.
  interval: (a, b) => a.lower - b.lower || a.upper - b.upper,
};

export function arrangeRows(rows: readonly Row[], arrangement: Arrangement): Row[] {
  const compare = COMPARE[arrangement.sortBy];
  const sign = arrangement.descending ? -1 : 1;
  return rows
    .filter((row) => matchesSearch(row, arrangement.idFilter) && passes(row, arrangement))
    .sort((a, b) => sign * compare(a, b) || a.row - b.row);
}

export function isFiltered({ range, imputed, outOfRange }: RowFilter): boolean {
  return range !== null || imputed || outOfRange;
}

export function isInRange(years: number, { from, to }: YearRange): boolean {
  return years >= from && (to === null || years < to);
}

function passes(row: Row, { range, imputed, outOfRange }: RowFilter): boolean {
  return (
    (range === null || isInRange(row.years, range)) &&
    (!imputed || row.imputed.length > 0) &&
    (!outOfRange || row.out_of_range.length > 0)
  );
}

/** Whether the ID contains the text. Without an ID, the row number is searched. */
export function matchesSearch({ id, row }: Pick<Row, 'id' | 'row'>, search: string): boolean {
  return (id ?? String(row)).toLowerCase().includes(search.trim().toLowerCase());
}

export function pageCount(total: number): number {
  return Math.max(1, Math.ceil(total / ROWS_PER_PAGE));
}

export function pageOf<Item>(items: readonly Item[], page: number): Item[] {
  return items.slice(page * ROWS_PER_PAGE, (page + 1) * ROWS_PER_PAGE);
}
