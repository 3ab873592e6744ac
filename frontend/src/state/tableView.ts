// The remembered view (order, search and page) of each result's table.

import type { Arrangement, SortKey } from '../lib/rowTable';
import { onLogOut } from './session';

export interface TableView {
  arrangement: Arrangement;
  page: number;
  /** The row of the patient page that the user visited last. */
  visitedRow: number | null;
}

const views = new Map<string, TableView>();
onLogOut(() => views.clear());

/** Return the remembered view of the result, or the first page sorted by `sortBy`. */
export function tableViewOf(predictionId: string, sortBy: SortKey): TableView {
  const initial = {
    arrangement: { sortBy, descending: false, idFilter: '' },
    page: 0,
    visitedRow: null,
  };
  return { ...initial, ...views.get(predictionId) };
}

export function rememberTableView(predictionId: string, view: Partial<TableView>): void {
  views.set(predictionId, { ...tableViewOf(predictionId, 'row'), ...view });
}
