import { useMemo, useState } from 'preact/hooks';
import type { Row } from '../api/types';
import { text } from '../i18n';
import { PRINTED_ROWS_MAX, printedRows } from '../lib/printedRows';
import type { Reading } from '../lib/reading';
import { type Arrangement, arrangeRows, pageCount, pageOf, type SortKey } from '../lib/rowTable';
import { isPrinting } from '../state/printing';
import { Pager } from './Pager';
import { RowTable } from './RowTable';

interface Props {
  rows: readonly Row[];
  reading: Reading;
  sortBy?: SortKey;
}

/** Rows that are all here, sorted and searched in the browser. */
export function ResultTable({ rows, reading, sortBy = 'row' }: Props) {
  const words = text.value.result;
  const [arrangement, setArrangement] = useState({ sortBy, descending: false, idFilter: '' });
  const [page, setPage] = useState(0);
  const arranged = useMemo(() => arrangeRows(rows, arrangement), [rows, arrangement]);
  const hasIds = useMemo(() => rows.some((row) => row.id !== null), [rows]);
  const isFiltered = arrangement.idFilter.trim() !== '';

  function arrange(change: Partial<Arrangement>): void {
    setArrangement((before) => ({ ...before, ...change }));
    setPage(0);
  }

  function sort(column: SortKey): void {
    const isSame = arrangement.sortBy === column;
    arrange({ sortBy: column, descending: isSame && !arrangement.descending });
  }

  return (
    <>
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
        <p>{text.value.plots.printing.sickest(PRINTED_ROWS_MAX, arranged.length)}</p>
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
          {...{ reading, hasIds }}
        />
      )}
      <Pager page={page} pages={pageCount(arranged.length)} onPage={setPage} />
    </>
  );
}
