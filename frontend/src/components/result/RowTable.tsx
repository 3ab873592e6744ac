import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { estimateNumber, intervalHeading, intervalText } from '../../lib/interval';
import type { ResultParameters } from '../../lib/resultParameters';
import type { Arrangement, SortKey } from '../../lib/rowTable';
import { isPrinting } from '../../state/printing';
import { PatientDetails } from '../patient/PatientDetails';
import { AxisLabels, IntervalBar } from '../plots/IntervalBar';

interface Props {
  rows: readonly Row[];
  parameters: ResultParameters;
  hasIds: boolean;
  /** The number of a row to scroll to and to highlight. */
  highlightedRow?: number | null;
  /** Without it the rows cannot be sorted. */
  sorting?: { arrangement: Arrangement; onSort: (column: SortKey) => void };
}

/** A table of patients with their years and interval. The details of each patient can be opened. */
export function RowTable({ rows, parameters, hasIds, sorting, highlightedRow = null }: Props) {
  const words = text.value.result;
  const columns: [SortKey, string][] = [
    ['row', words.row],
    ...(hasIds ? [['id', words.id] satisfies [SortKey, string]] : []),
    ['years', words.estimate],
    ['interval', intervalHeading(parameters, text.value)],
  ];
  return (
    <table class="results">
      <caption class="visually-hidden">{words.tableCaption}</caption>
      <thead>
        <tr>
          {columns.map(([column, label]) => (
            <Heading key={column} {...{ column, label, sorting }}>
              {column === 'interval' && <AxisLabels horizon={parameters.horizon} />}
            </Heading>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <PatientRow
            key={row.row}
            {...{ row, parameters, hasIds }}
            isHighlighted={row.row === highlightedRow}
          />
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
  // Browsers repeat the head of a table on each printed sheet, but without buttons.
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
  parameters: ResultParameters;
  hasIds: boolean;
  isHighlighted: boolean;
}

function PatientRow({ row, parameters, hasIds, isHighlighted }: RowProps) {
  const [isOpen, setIsOpen] = useState(false);
  const words = text.value.result;
  const { format } = text.value;
  const element = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isHighlighted) element.current?.scrollIntoView({ block: 'center' });
  }, [isHighlighted]);
  const detailsId = `details-${row.row}`;
  const name = words.patient(row.row, row.id);
  return (
    <>
      <tr ref={element} class={isOpen || isHighlighted ? 'row-open' : undefined}>
        <th scope="row" class="number">
          <button
            type="button"
            class="expand"
            aria-expanded={isOpen}
            aria-controls={isOpen ? detailsId : undefined}
            aria-label={words.details(name)}
            onClick={() => setIsOpen(!isOpen)}
          >
            <span class="expand-mark" aria-hidden="true" />
            {format.whole(row.row)}
          </button>
        </th>
        {hasIds && <td class="id">{row.id}</td>}
        <td class="number estimate">{estimateNumber(row.years, parameters.horizon, text.value)}</td>
        <td>
          <div class="interval-text">
            <span>{intervalText(row, parameters.horizon, text.value)}</span>
            {row.imputed.length > 0 && (
              <span class="badge">{words.imputed(row.imputed.length)}</span>
            )}
            {row.out_of_range.length > 0 && (
              <span class="badge badge-warning">{words.outOfRange(row.out_of_range.length)}</span>
            )}
          </div>
          <IntervalBar estimate={row} horizon={parameters.horizon} />
        </td>
      </tr>
      {isOpen && (
        <tr class="details" id={detailsId}>
          <td colSpan={hasIds ? 4 : 3}>
            {isPrinting.value && <h3 class="details-title">{name}</h3>}
            <PatientDetails row={row} parameters={parameters} />
          </td>
        </tr>
      )}
    </>
  );
}
