import { useCallback, useEffect, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../api/problem';
import type { Prediction } from '../api/types';
import { ProblemNotice } from '../components/ProblemNotice';
import { ScreenTitle } from '../components/ScreenTitle';
import { StatusMark } from '../components/StatusMark';
import { localised, text } from '../i18n';
import { addresses } from '../lib/routes';
import { loadCatalogue, modelById } from '../state/catalogue';
import { api } from '../state/session';

export function History() {
  const words = text.value.history;
  const { predictions, problem, isLoading, hasMore, load } = useHistory();
  return (
    <>
      <ScreenTitle>{words.title}</ScreenTitle>
      {predictions?.length === 0 && <EmptyHistory />}
      {predictions && predictions.length > 0 && (
        <ul class="history">
          {predictions.map((prediction) => (
            <HistoryEntry key={prediction.prediction_id} prediction={prediction} />
          ))}
        </ul>
      )}
      {isLoading && <p role="status">{text.value.shell.loading}</p>}
      {problem && <ProblemNotice problem={problem} onRetry={load} />}
      {hasMore && !isLoading && !problem && (
        <button type="button" class="button button-quiet" onClick={load}>
          {words.more}
        </button>
      )}
    </>
  );
}

function useHistory() {
  const [predictions, setPredictions] = useState<Prediction[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isLoading, setIsLoading] = useState(false);

  const loadFrom = useCallback(async (from: string | null) => {
    setIsLoading(true);
    setProblem(null);
    try {
      const page = await api.history(from);
      setPredictions((shown) => [...(shown ?? []), ...page.predictions]);
      setCursor(page.next_cursor);
    } catch (thrown) {
      setProblem(problemOf(thrown));
    } finally {
      setIsLoading(false);
    }
  }, []);

  useEffect(() => {
    void loadCatalogue();
    void loadFrom(null);
  }, [loadFrom]);

  const load = () => void loadFrom(cursor);
  return { predictions, problem, isLoading, hasMore: cursor !== null, load };
}

function EmptyHistory() {
  const words = text.value.history;
  return (
    <div class="card empty">
      <p>{words.empty}</p>
      <a class="button" href={addresses.new}>
        {words.emptyAction}
      </a>
    </div>
  );
}

function HistoryEntry({ prediction }: { prediction: Prediction }) {
  const words = text.value.history;
  const model = modelById(prediction.prediction_model_id);
  return (
    <li class="card history-entry">
      <a class="history-name" href={addresses.prediction(prediction.prediction_id)}>
        {prediction.file_name ?? words.untitled}
      </a>
      <StatusMark status={prediction.status} />
      <span>{model ? localised(model.title) : prediction.prediction_model_id}</span>
      <span>{words.rows(prediction.rows)}</span>
      <span>
        {words.cost(prediction.cost)}
        {prediction.refunded && <>, {words.refunded}</>}
      </span>
      <time dateTime={prediction.prediction_date}>
        {text.value.format.dateTime(prediction.prediction_date)}
      </time>
    </li>
  );
}
