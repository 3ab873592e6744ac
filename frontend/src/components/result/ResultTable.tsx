import { useMemo, useState } from 'preact/hooks';
import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { PRINTED_ROWS_MAX, printedRows } from '../../lib/printedRows';
import type { Reading } from '../../lib/reading';
import { type Arrangement, arrangeRows, pageCount, pageOf, type SortKey } from '../../lib/rowTable';
import { isPrinting } from '../../state/printing';
import { placeIn, rememberPlace, type TablePlace } from '../../state/tablePlace';
import { Pager } from '../common/Pager';
import { RowTable } from './RowTable';

interface Props {
  predictionId: string;
  rows: readonly Row[];
  reading: Reading;
  sortBy?: SortKey;
}

/** Rows that are all here, sorted and searched in the browser. */
export function ResultTable({ predictionId, rows, reading, sortBy = 'row' }: Props) {
  const words = text.value.result;
  const [place, setPlace] = useState(() => placeIn(predictionId, sortBy));
  const { arrangement, page, visited } = place;
  const arranged = useMemo(() => arrangeRows(rows, arrangement), [rows, arrangement]);
  const hasIds = useMemo(() => rows.some((row) => row.id !== null), [rows]);
  const isFiltered = arrangement.idFilter.trim() !== '';

  function goTo(change: Partial<TablePlace>): void {
    const now = { ...place, visited: null, ...change };
    setPlace(now);
    rememberPlace(predictionId, now);
  }

  function arrange(change: Partial<Arrangement>): void {
    goTo({ arrangement: { ...arrangement, ...change }, page: 0 });
  }

  function sort(column: SortKey): void {
    const isSame = arrangement.sortBy === column;
    arrange({ sortBy: column, descending: isSame && !arrangement.descending });
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
          marked={visited}
        />
      )}
      <Pager
        page={page}
        pages={pageCount(arranged.length)}
        onPage={(wanted) => goTo({ page: wanted })}
      />
    </>
  );
}
