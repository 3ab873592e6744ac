import { useMemo, useState } from 'preact/hooks';
import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { PRINTED_ROWS_MAX, printedRows } from '../../lib/printedRows';
import type { ResultParameters } from '../../lib/resultParameters';
import { type Arrangement, arrangeRows, pageCount, pageOf, type SortKey } from '../../lib/rowTable';
import { isPrinting } from '../../state/printing';
import { rememberTableView, type TableView, tableViewOf } from '../../state/tableView';
import { Pager } from '../common/Pager';
import { RowTable } from './RowTable';

interface Props {
  predictionId: string;
  rows: readonly Row[];
  parameters: ResultParameters;
  sortBy?: SortKey;
}

/** A table of rows that are all loaded, so that they can be sorted and searched in the browser. */
export function ResultTable({ predictionId, rows, parameters, sortBy = 'row' }: Props) {
  const words = text.value.result;
  const [view, setView] = useState(() => tableViewOf(predictionId, sortBy));
  const { arrangement, page, visitedRow } = view;
  const arranged = useMemo(() => arrangeRows(rows, arrangement), [rows, arrangement]);
  const hasIds = useMemo(() => rows.some((row) => row.id !== null), [rows]);
  const isFiltered = arrangement.idFilter.trim() !== '';

  function changeView(change: Partial<TableView>): void {
    const changed = { ...view, visitedRow: null, ...change };
    setView(changed);
    rememberTableView(predictionId, changed);
  }

  function arrange(change: Partial<Arrangement>): void {
    changeView({ arrangement: { ...arrangement, ...change }, page: 0 });
  }

  function sort(column: SortKey): void {
    const isSorted = arrangement.sortBy === column;
    arrange({ sortBy: column, descending: isSorted && !arrangement.descending });
  }

  return (
    <>
      <h3 class="table-title">{words.tableCaption}</h3>
      <div class={isFiltered ? 'toolbar toolbar-filtered' : 'toolbar'}>
        <div class="field">
          <label for="id-filter">{hasIds ? words.filter : words.filterByRow}</label>
          <input
            id="id-filter"
            type="search"
            value={arrangement.idFilter}
            onInput={(event) => arrange({ idFilter: event.currentTarget.value })}
          />
        </div>
        <p class="hint" aria-live="polite">
          {words.matching(arranged.length, rows.length)}
        </p>
      </div>
      {isPrinting.value && arranged.length > PRINTED_ROWS_MAX && (
        <p>{text.value.plots.printing.lowestEstimates(PRINTED_ROWS_MAX, arranged.length)}</p>
      )}
      {arranged.length === 0 ? (
        <p>
          {words.noneMatching}{' '}
          <button type="button" class="link-button" onClick={() => arrange({ idFilter: '' })}>
            {words.clearFilter}
          </button>
        </p>
      ) : (
        <RowTable
          rows={isPrinting.value ? printedRows(arranged) : pageOf(arranged, page)}
          sorting={{ arrangement, onSort: sort }}
          {...{ parameters, hasIds }}
          highlightedRow={visitedRow}
        />
      )}
      <Pager
        page={page}
        pages={pageCount(arranged.length)}
        onPage={(index) => changeView({ page: index })}
      />
    </>
  );
}
