import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../api/problem';
import type { Prediction } from '../api/types';
import { text } from '../i18n';
import { modelById } from '../state/catalogue';
import { createResultRows, type ResultRows, ROWS_PER_STEP } from '../state/resultRows';
import { api } from '../state/session';
import { ProblemNotice } from './ProblemNotice';
import { ResultSummary } from './ResultSummary';
import { ResultTable } from './ResultTable';

/** What a model without an entry in the catalogue (one withdrawn since) was built with. */
const HORIZON_YEARS_DEFAULT = 8;
const INTERVAL_LEVEL_DEFAULT = 0.8;

export function Result({ prediction }: { prediction: Prediction }) {
  const words = text.value.result;
  const model = modelById(prediction.prediction_model_id);
  const horizon = model?.horizon_years ?? HORIZON_YEARS_DEFAULT;
  const level = model?.interval_level ?? INTERVAL_LEVEL_DEFAULT;
  return (
    <section class="result" aria-labelledby="result-title">
      <p class="visually-hidden" role="status">
        {text.value.prediction.finished(prediction.rows)}
      </p>
      <h2 id="result-title">{words.estimand(horizon)}</h2>
      {prediction.summary && <ResultSummary summary={prediction.summary} />}
      <p class="hint">{words.intervalHint(level, horizon)}</p>
      <ResultActions id={prediction.prediction_id} />
      <ResultRowsTable id={prediction.prediction_id} horizon={horizon} level={level} />
    </section>
  );
}

function ResultRowsTable({ id, horizon, level }: { id: string; horizon: number; level: number }) {
  const result = useMemo(() => createResultRows(id), [id]);
  useEffect(() => {
    void result.loadMore();
    return result.stop;
  }, [result]);
  return (
    <>
      {result.rows.value.length > 0 && (
        <ResultTable rows={result.rows.value} horizon={horizon} level={level} />
      )}
      <Loading result={result} />
    </>
  );
}

function Loading({ result }: { result: ResultRows }) {
  const words = text.value.result;
  const loaded = result.rows.value.length;
  const total = result.total.value;
  if (result.problem.value) {
    return <ProblemNotice problem={result.problem.value} onRetry={() => void result.loadMore()} />;
  }
  if (result.isLoading.value) return <p role="status">{words.loadingRows}</p>;
  if (total === null || loaded >= total) return null;
  return (
    <p class="actions">
      <span>{words.loadedPart(loaded, total)}</span>
      <button type="button" class="button button-quiet" onClick={() => void result.loadMore()}>
        {words.loadMore(Math.min(ROWS_PER_STEP, total - loaded))}
      </button>
    </p>
  );
}

function ResultActions({ id }: { id: string }) {
  const words = text.value.result;
  const [isPreparing, setIsPreparing] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function download(): Promise<void> {
    setIsPreparing(true);
    setProblem(null);
    try {
      openDownload((await api.download(id)).url);
    } catch (thrown) {
      setProblem(problemOf(thrown));
    } finally {
      setIsPreparing(false);
    }
  }

  return (
    <div class="result-actions">
      <p class="actions">
        <button type="button" class="button" disabled={isPreparing} onClick={download}>
          {isPreparing ? words.downloading : words.download}
        </button>
        <button type="button" class="button button-quiet" onClick={() => print()}>
          {words.print}
        </button>
      </p>
      {problem && <ProblemNotice problem={problem} onRetry={download} />}
    </div>
  );
}

/** A plain navigation: the file lies on another origin, which the page may not fetch from. */
function openDownload(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  link.rel = 'noopener';
  link.click();
}
