import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Prediction, Row } from '../../api/types';
import { text } from '../../i18n';
import type { ResultParameters } from '../../lib/resultParameters';
import { isInRange, pageCount, ROWS_PER_PAGE } from '../../lib/rowTable';
import { type Bins, countInRange } from '../../lib/strata';
import type { CohortState } from '../../state/cohort';
import { isPrinting } from '../../state/printing';
import { createRowPages, type RowPages } from '../../state/resultRows';
import { changeView, type TableViewState } from '../../state/tableView';
import { Pager } from '../common/Pager';
import { ProblemNotice } from '../common/ProblemNotice';
import { SegmentedChoice } from '../common/SegmentedChoice';
import { ResultTable } from './ResultTable';
import { RowTable } from './RowTable';
import { SkippedPatients } from './SkippedPatients';
import { focusTable, TableTitle } from './TableTitle';

interface Props {
  prediction: Prediction;
  parameters: ResultParameters;
  cohort: CohortState;
  view: TableViewState;
}

/**
 * A result with too many patients to load them all. It shows those with the lowest estimates, or all
 * of them page by page.
 */
export function LargeResult({ prediction, parameters, cohort, view }: Props) {
  const words = text.value.large;
  const { isFileOrder } = view.value;
  // Created here, so that the page number survives a change of the view, and printing.
  const pages = useMemo(() => createRowPages(prediction.prediction_id), [prediction.prediction_id]);
  const bins = cohort.cohort.value;
  const lowestEstimates = bins?.sickest;
  // Printing always shows the patients with the lowest estimates.
  const showsLowest = !isFileOrder || isPrinting.value;
  return (
    <>
      <div class="toolbar">
        <SegmentedChoice
          name="view"
          legend={words.choice}
          options={{
            lowest: words.lowestEstimates(lowestEstimates?.length ?? 1000),
            file: words.fileOrder,
          }}
          chosen={isFileOrder ? 'file' : 'lowest'}
          onChoose={(choice) => changeView(view, { isFileOrder: choice === 'file' })}
        />
      </div>
      <p class="hint">{words.hint(prediction.rows)}</p>
      {showsLowest && lowestEstimates && (
        <>
          {isPrinting.value && (
            <p>
              {text.value.plots.printing.lowestEstimates(lowestEstimates.length, prediction.rows)}
            </p>
          )}
          <ListedPart {...{ view, bins }} rows={lowestEstimates} total={prediction.rows} />
          <ResultTable view={view} rows={lowestEstimates} parameters={parameters} />
        </>
      )}
      {!showsLowest && <FileOrder {...{ prediction, pages, parameters, view }} />}
    </>
  );
}

interface ListedPartProps {
  view: TableViewState;
  bins: Bins;
  rows: readonly Row[];
  total: number;
}

/** Which patients the search and the filters cover, and how many of a chosen range are listed. */
function ListedPart({ view, bins, rows, total }: ListedPartProps) {
  const words = text.value.tableFilter;
  const { range } = view.value.arrangement;
  const listed = range && rows.filter(({ years }) => isInRange(years, range)).length;
  return (
    <>
      <p class="hint">{words.largeHint(rows.length, total)}</p>
      {range && listed !== null && <p>{words.largeRange(listed, countInRange(bins, range))}</p>}
    </>
  );
}

interface FileOrderProps {
  view: TableViewState;
  pages: RowPages;
  prediction: Prediction;
  parameters: ResultParameters;
}

function FileOrder({ view, pages, prediction, parameters }: FileOrderProps) {
  const words = text.value.large;
  const { prediction_id: id, rows: total } = prediction;
  const [highlightedRow, setHighlightedRow] = useState(view.value.visitedRow);
  useEffect(() => {
    if (pages.rows.value.length === 0) void pages.show(view.value.filePage);
  }, [pages, view]);
  const page = pages.page.value;
  const rows = pages.rows.value;
  const onPage = (index: number) => {
    changeView(view, { filePage: index });
    void pages.show(index);
  };

  function goTo(row: number): void {
    setHighlightedRow(row);
    onPage(Math.floor((row - 1) / ROWS_PER_PAGE));
  }

  return (
    <>
      <TableTitle />
      <div class="toolbar">
        <GoToRow total={total} onRow={goTo} />
        <p class="hint" role="status">
          {pages.isLoading.value
            ? text.value.result.loadingRows
            : words.range(page * ROWS_PER_PAGE + 1, Math.min((page + 1) * ROWS_PER_PAGE, total))}
        </p>
      </div>
      {pages.problem.value && (
        <ProblemNotice problem={pages.problem.value} onRetry={() => onPage(page)} />
      )}
      {rows.length > 0 && (
        <RowTable
          rows={rows}
          parameters={parameters}
          hasIds={rows.some((row) => row.id !== null)}
          highlightedRow={highlightedRow}
        />
      )}
      <SkippedPatients id={id} rows={pages.skipped.value} />
      <Pager
        page={page}
        pages={pageCount(total)}
        onPage={(index) => {
          onPage(index);
          focusTable(true);
        }}
      />
    </>
  );
}

function GoToRow({ total, onRow }: { total: number; onRow: (row: number) => void }) {
  const words = text.value.large;
  const [isInvalid, setIsInvalid] = useState(false);

  function submit(typed: string): void {
    const row = Number(typed);
    const isRow = Number.isInteger(row) && row >= 1 && row <= total;
    setIsInvalid(typed !== '' && !isRow);
    if (isRow) onRow(row);
  }

  return (
    <div class="field">
      <label for="go-to-row">{words.goToRow}</label>
      <input
        id="go-to-row"
        type="number"
        min="1"
        max={total}
        aria-invalid={isInvalid ? 'true' : undefined}
        aria-describedby={isInvalid ? 'go-to-row-error' : undefined}
        onChange={(event) => submit(event.currentTarget.value)}
      />
      {isInvalid && (
        <p class="field-error" id="go-to-row-error" role="alert">
          {words.noSuchRow(total)}
        </p>
      )}
    </div>
  );
}
