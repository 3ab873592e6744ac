import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Row } from '../api/types';
import { text } from '../i18n';
import { PRINTED_ROWS_MAX, printedRows } from '../lib/printedRows';
import type { Reading } from '../lib/reading';
import { type Arrangement, arrangeRows, pageCount, pageOf, type SortKey } from '../lib/rowTable';
import { isPrinting } from '../state/printing';
import { AxisLabels, IntervalBar } from './IntervalBar';
import { Pager } from './Pager';
import { PatientDetails } from './PatientDetails';

interface Props {
  rows: readonly Row[];
  reading: Reading;
  /** Patients of the whole result, those that are not loaded included. */
  total: number;
  /** Those with the fewest years of the whole result. */
  sickest: readonly Row[];
}

const FILE_ORDER: Arrangement = { sortBy: 'row', descending: false, idFilter: '' };

export function ResultTable({ rows, reading, total, sickest }: Props) {
  const words = text.value.result;
  const [arrangement, setArrangement] = useState(FILE_ORDER);
  const [page, setPage] = useState(0);
  const arranged = useMemo(() => arrangeRows(rows, arrangement), [rows, arrangement]);
  const hasIds = useMemo(() => rows.some((row) => row.id !== null), [rows]);
  const pages = pageCount(arranged.length);
  const isFiltered = arrangement.idFilter.trim() !== '';
  const matching = isFiltered ? arranged.length : total;
  const printed = isPrinting.value
    ? printedRows({ arranged, total: matching, sickest: isFiltered ? [] : sickest })
    : null;

  function arrange(change: Partial<Arrangement>): void {
    setArrangement((before) => ({ ...before, ...change }));
    setPage(0);
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
      {printed && matching > PRINTED_ROWS_MAX && (
        <p>{text.value.plots.printing.sickest(printed.length, matching)}</p>
      )}
      {arranged.length === 0 ? (
        <p>
          {words.noneMatching}{' '}
          <button type="button" class="link-button" onClick={() => arrange({ idFilter: '' })}>
            {words.clearFilter}
          </button>
        </p>
      ) : (
        <table class="results">
          <caption class="visually-hidden">{words.tableCaption}</caption>
          <thead>
            <tr>
              <SortHeader column="row" label={words.row} {...{ arrangement, arrange }} />
              {hasIds && <SortHeader column="id" label={words.id} {...{ arrangement, arrange }} />}
              <SortHeader column="years" label={words.estimate} {...{ arrangement, arrange }} />
              <SortHeader
                column="interval"
                label={words.interval(reading.level)}
                {...{ arrangement, arrange }}
              >
                <AxisLabels horizon={reading.horizon} />
              </SortHeader>
            </tr>
          </thead>
          <tbody>
            {(printed ?? pageOf(arranged, page)).map((row) => (
              <PatientRow key={row.row} {...{ row, reading, hasIds }} />
            ))}
          </tbody>
        </table>
      )}
      <Pager page={page} pages={pages} onPage={setPage} />
    </>
  );
}

interface SortHeaderProps {
  column: SortKey;
  label: string;
  arrangement: Arrangement;
  arrange: (change: Partial<Arrangement>) => void;
  children?: ComponentChildren;
}

function SortHeader({ column, label, arrangement, arrange, children }: SortHeaderProps) {
  const isSorted = arrangement.sortBy === column;
  const order = arrangement.descending ? 'descending' : 'ascending';
  return (
    <th scope="col" class={`results-${column}`} aria-sort={isSorted ? order : 'none'}>
      {/* Browsers don't repeat buttons at the head of each sheet. */}
      {isPrinting.value ? (
        label
      ) : (
        <button
          type="button"
          class="sort"
          onClick={() =>
            arrange({ sortBy: column, descending: isSorted && !arrangement.descending })
          }
        >
          {label}
          <span class="sort-mark" aria-hidden="true">
            {isSorted ? (arrangement.descending ? '▼' : '▲') : '↕'}
          </span>
        </button>
      )}
      {children}
    </th>
  );
}

function PatientRow({ row, reading, hasIds }: { row: Row; reading: Reading; hasIds: boolean }) {
  const [isOpen, setIsOpen] = useState(false);
  const words = text.value.result;
  const { format } = text.value;
  const detailsId = `details-${row.row}`;
  return (
    <>
      <tr class={isOpen ? 'row-open' : undefined}>
        <th scope="row" class="number">
          <button
            type="button"
            class="expand"
            aria-expanded={isOpen}
            aria-controls={isOpen ? detailsId : undefined}
            aria-label={words.details(row.row, row.id)}
            onClick={() => setIsOpen(!isOpen)}
          >
            <span class="expand-mark" aria-hidden="true" />
            {format.whole(row.row)}
          </button>
        </th>
        {hasIds && <td class="id">{row.id}</td>}
        <td class="number estimate">{format.tenth(row.years)}</td>
        <td>
          <div class="interval-text">
            <span>{words.intervalText(row.lower, row.upper, row.upper_open)}</span>
            {row.imputed.length > 0 && (
              <span class="badge">{words.imputed(row.imputed.length)}</span>
            )}
            {row.out_of_range.length > 0 && (
              <span class="badge badge-warning">{words.outOfRange(row.out_of_range.length)}</span>
            )}
          </div>
          <IntervalBar estimate={row} horizon={reading.horizon} />
        </td>
      </tr>
      {isOpen && (
        <tr class="details" id={detailsId}>
          <td colSpan={hasIds ? 4 : 3}>
            <PatientDetails row={row} reading={reading} />
          </td>
        </tr>
      )}
    </>
  );
}
