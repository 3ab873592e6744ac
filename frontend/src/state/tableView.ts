// The remembered view (order, search, filters and page) of each result's table.

import { type Signal, signal } from '@preact/signals';
import { type Arrangement, NO_FILTER, type RowFilter, type SortKey } from '../lib/rowTable';
import { onLogOut } from './session';

export interface TableView {
  arrangement: Arrangement;
  page: number;
  /** The row of the patient page that the user visited last. */
  visitedRow: number | null;
  /** Whether a result with too many patients is shown in the order of the file, and which page. */
  isFileOrder: boolean;
  filePage: number;
}

export type TableViewState = Signal<TableView>;

const views = new Map<string, TableViewState>();
onLogOut(() => views.clear());

const INITIAL: TableView = {
  // The patients with the lowest estimates come first.
  arrangement: { sortBy: 'years', descending: false, idFilter: '', ...NO_FILTER },
  page: 0,
  visitedRow: null,
  isFileOrder: false,
  filePage: 0,
};

/** Return the remembered view of the result. */
export function tableViewOf(predictionId: string): TableViewState {
  const view = views.get(predictionId) ?? signal(INITIAL);
  views.set(predictionId, view);
  return view;
}

export function changeView(view: TableViewState, change: Partial<TableView>): void {
  view.value = { ...view.value, visitedRow: null, ...change };
}

/** Change the order, the search or the filters. The first page is shown then. */
export function arrange(view: TableViewState, change: Partial<Arrangement>): void {
  const arrangement = { ...view.value.arrangement, ...change };
  changeView(view, { arrangement, page: 0, isFileOrder: false });
}

export function sortBy(view: TableViewState, column: SortKey): void {
  const { sortBy: current, descending } = view.value.arrangement;
  arrange(view, { sortBy: column, descending: current === column && !descending });
}

/** Show only the patients with these expected years, or all again if they are shown already. */
export function toggleRange(view: TableViewState, range: NonNullable<RowFilter['range']>): void {
  const { range: current } = view.value.arrangement;
  const isShown = current?.from === range.from && current.to === range.to;
  arrange(view, { range: isShown ? null : range });
}
