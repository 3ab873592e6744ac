import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../../api/types';
import { text } from '../../i18n';
import type { Reading } from '../../lib/reading';
import type { Arrangement, SortKey } from '../../lib/rowTable';
import { isPrinting } from '../../state/printing';
import { PatientDetails } from '../patient/PatientDetails';
import { AxisLabels, IntervalBar } from '../plots/IntervalBar';

interface Props {
  rows: readonly Row[];
  reading: Reading;
  hasIds: boolean;
  /** The row that was looked for. */
  marked?: number | null;
  /** Without it the rows stand as they come, and can't be sorted. */
  sorting?: { arrangement: Arrangement; onSort: (column: SortKey) => void };
}

/** Patients with their years and interval, each of which opens. */
export function RowTable({ rows, reading, hasIds, sorting, marked = null }: Props) {
  const words = text.value.result;
  const columns: [SortKey, string][] = [
    ['row', words.row],
    ...(hasIds ? [['id', words.id] satisfies [SortKey, string]] : []),
    ['years', words.estimate],
    ['interval', words.interval(reading.level)],
  ];
  return (
    <table class="results">
      <caption class="visually-hidden">{words.tableCaption}</caption>
      <thead>
        <tr>
          {columns.map(([column, label]) => (
            <Heading key={column} {...{ column, label, sorting }}>
              {column === 'interval' && <AxisLabels horizon={reading.horizon} />}
            </Heading>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <PatientRow key={row.row} {...{ row, reading, hasIds }} isMarked={row.row === marked} />
        ))}
      </tbody>
    </table>
  );
}

interface HeadingProps {
  column: SortKey;
  label: string;
  sorting: Props['sorting'];
  children: ComponentChildren;
}

function Heading({ column, label, sorting, children }: HeadingProps) {
  // Browsers don't repeat buttons at the head of each sheet.
  if (!sorting || isPrinting.value) {
    return (
      <th scope="col" class={`results-${column}`}>
        {label}
        {children}
      </th>
    );
  }
  const { sortBy, descending } = sorting.arrangement;
  const isSorted = sortBy === column;
  return (
    <th
      scope="col"
      class={`results-${column}`}
      aria-sort={isSorted ? (descending ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" class="sort" onClick={() => sorting.onSort(column)}>
        {label}
        <span class="sort-mark" aria-hidden="true">
          {isSorted ? (descending ? '▼' : '▲') : '↕'}
        </span>
      </button>
      {children}
    </th>
  );
}

interface RowProps {
  row: Row;
  reading: Reading;
  hasIds: boolean;
  isMarked: boolean;
}

function PatientRow({ row, reading, hasIds, isMarked }: RowProps) {
  const [isOpen, setIsOpen] = useState(false);
  const words = text.value.result;
  const { format } = text.value;
  const line = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isMarked) line.current?.scrollIntoView({ block: 'center' });
  }, [isMarked]);
  const detailsId = `details-${row.row}`;
  return (
    <>
      <tr ref={line} class={isOpen || isMarked ? 'row-open' : undefined}>
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
