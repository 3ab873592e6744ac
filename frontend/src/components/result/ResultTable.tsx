import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { PRINTED_ROWS_MAX, printedRows } from '../../lib/printedRows';
import type { ResultParameters } from '../../lib/resultParameters';
import { arrangeRows, isFiltered, pageCount, pageOf } from '../../lib/rowTable';
import { isPrinting } from '../../state/printing';
import { arrange, changeView, sortBy, type TableViewState } from '../../state/tableView';
import { Pager } from '../common/Pager';
import { FilterChip } from './FilterChip';
import { RowTable } from './RowTable';
import { focusTable, TableTitle } from './TableTitle';

interface Props {
  view: TableViewState;
  rows: readonly Row[];
  parameters: ResultParameters;
  /** Above the rows. */
  children?: ComponentChildren;
}

/** A table of rows that are all loaded, so that they can be sorted and searched in the browser. */
export function ResultTable({ view, rows, parameters, children }: Props) {
  const words = text.value.result;
  const { arrangement, page, visitedRow } = view.value;
  const arranged = useMemo(() => arrangeRows(rows, arrangement), [rows, arrangement]);
  const hasIds = useMemo(() => rows.some((row) => row.id !== null), [rows]);
  const isSearched = arrangement.idFilter.trim() !== '';
  return (
    <>
      <TableTitle />
      <div class={isSearched ? 'toolbar toolbar-filtered' : 'toolbar'}>
        <div class="field">
          <label for="id-filter">{hasIds ? words.filter : words.filterByRow}</label>
          <input
            id="id-filter"
            type="search"
            value={arrangement.idFilter}
            onInput={(event) => arrange(view, { idFilter: event.currentTarget.value })}
          />
        </div>
        <ValueFilters {...{ view, rows }} />
        <p class="hint" aria-live="polite">
          {words.matching(arranged.length, rows.length)}
        </p>
      </div>
      {isFiltered(arrangement) && <FilterChip view={view} count={arranged.length} />}
      {isPrinting.value && arranged.length > PRINTED_ROWS_MAX && (
        <p>{text.value.plots.printing.lowestEstimates(PRINTED_ROWS_MAX, arranged.length)}</p>
      )}
      {children}
      {arranged.length === 0 ? (
        <NoneMatching view={view} />
      ) : (
        <RowTable
          rows={isPrinting.value ? printedRows(arranged) : pageOf(arranged, page)}
          sorting={{ arrangement, onSort: (column) => sortBy(view, column) }}
          {...{ parameters, hasIds }}
          highlightedRow={visitedRow}
        />
      )}
      <Pager
        page={page}
        pages={pageCount(arranged.length)}
        onPage={(index) => {
          changeView(view, { page: index });
          focusTable(true);
        }}
      />
    </>
  );
}

/** The filters by missing and by unusual values, if there are such values. */
function ValueFilters({ view, rows }: Pick<Props, 'view' | 'rows'>) {
  const words = text.value.tableFilter;
  const { arrangement } = view.value;
  const choices = useMemo(
    () =>
      [
        rows.some((row) => row.imputed.length > 0) && ('imputed' as const),
        rows.some((row) => row.out_of_range.length > 0) && ('outOfRange' as const),
      ].filter((choice) => choice !== false),
    [rows],
  );
  if (choices.length === 0) return null;
  return (
    <fieldset class="value-filters">
      <legend>{words.title}</legend>
      {choices.map((choice) => (
        <label key={choice} class="choice">
          <input
            type="checkbox"
            checked={arrangement[choice]}
            onChange={(event) => arrange(view, { [choice]: event.currentTarget.checked })}
          />
          <span>{words[choice]}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The filters have a button of their own. */
function NoneMatching({ view }: { view: TableViewState }) {
  const words = text.value.result;
  return (
    <p>
      {words.noneMatching}{' '}
      {view.value.arrangement.idFilter.trim() !== '' && (
        <button
          type="button"
          class="link-button"
          onClick={() => {
            focusTable();
            arrange(view, { idFilter: '' });
          }}
        >
          {words.clearFilter}
        </button>
      )}
    </p>
  );
}
