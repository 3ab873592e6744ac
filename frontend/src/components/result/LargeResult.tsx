import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Prediction } from '../../api/types';
import { text } from '../../i18n';
import type { Reading } from '../../lib/reading';
import { pageCount, ROWS_PER_PAGE } from '../../lib/rowTable';
import type { CohortState } from '../../state/cohort';
import { isPrinting } from '../../state/printing';
import { createRowPages, type RowPages } from '../../state/resultRows';
import { Pager } from '../common/Pager';
import { ProblemNotice } from '../common/ProblemNotice';
import { SegmentedChoice } from '../common/SegmentedChoice';
import { ResultTable } from './ResultTable';
import { RowTable } from './RowTable';
import { Skipped } from './Skipped';

interface Props {
  prediction: Prediction;
  reading: Reading;
  cohort: CohortState;
}

/** More patients than a browser should hold: those with the fewest years, or page by page. */
export function LargeResult({ prediction, reading, cohort }: Props) {
  const words = text.value.large;
  const [view, setView] = useState<'sickest' | 'file'>('sickest');
  // Here, so that the place in the file outlives a look at the other view, and at paper.
  const pages = useMemo(() => createRowPages(prediction.prediction_id), [prediction.prediction_id]);
  const sickest = cohort.cohort.value?.sickest;
  // Paper gets the patients that matter most, whatever the screen shows.
  const isSickest = view === 'sickest' || isPrinting.value;
  return (
    <>
      <div class="toolbar">
        <SegmentedChoice
          name="view"
          legend={words.choice}
          options={{ sickest: words.sickest(sickest?.length ?? 1000), file: words.fileOrder }}
          chosen={view}
          onChoose={setView}
        />
      </div>
      <p class="hint">{words.hint(prediction.rows)}</p>
      {isSickest && sickest && (
        <>
          {isPrinting.value && (
            <p>{text.value.plots.printing.sickest(sickest.length, prediction.rows)}</p>
          )}
          <ResultTable
            predictionId={prediction.prediction_id}
            rows={sickest}
            reading={reading}
            sortBy="years"
          />
        </>
      )}
      {!isSickest && <FileOrder pages={pages} total={prediction.rows} reading={reading} />}
    </>
  );
}

interface FileOrderProps {
  pages: RowPages;
  total: number;
  reading: Reading;
}

function FileOrder({ pages, total, reading }: FileOrderProps) {
  const words = text.value.large;
  const [marked, setMarked] = useState<number | null>(null);
  useEffect(() => {
    if (pages.rows.value.length === 0) void pages.show(0);
  }, [pages]);
  const page = pages.page.value;
  const rows = pages.rows.value;
  const onPage = (wanted: number) => void pages.show(wanted);

  function goTo(row: number): void {
    setMarked(row);
    onPage(Math.floor((row - 1) / ROWS_PER_PAGE));
  }

  return (
    <>
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
          reading={reading}
          hasIds={rows.some((row) => row.id !== null)}
          marked={marked}
        />
      )}
      <Skipped rows={pages.skipped.value} />
      <Pager page={page} pages={pageCount(total)} onPage={onPage} />
    </>
  );
}

function GoToRow({ total, onRow }: { total: number; onRow: (row: number) => void }) {
  const words = text.value.large;
  const [isWrong, setIsWrong] = useState(false);

  function take(typed: string): void {
    const row = Number(typed);
    const isRow = Number.isInteger(row) && row >= 1 && row <= total;
    setIsWrong(typed !== '' && !isRow);
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
        aria-invalid={isWrong ? 'true' : undefined}
        aria-describedby={isWrong ? 'go-to-row-error' : undefined}
        onChange={(event) => take(event.currentTarget.value)}
      />
      {isWrong && (
        <p class="field-error" id="go-to-row-error" role="alert">
          {words.noSuchRow(total)}
        </p>
      )}
    </div>
  );
}
