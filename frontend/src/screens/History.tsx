import { useCallback, useEffect } from 'preact/hooks';
import type { Prediction } from '../api/types';
import { LoadMore } from '../components/common/LoadMore';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { usePages } from '../components/common/usePages';
import { PredictionActions } from '../components/prediction/PredictionActions';
import { StatusBadge } from '../components/prediction/StatusBadge';
import { text } from '../i18n';
import { isEnd } from '../lib/polling';
import { addresses } from '../lib/routes';
import { loadCatalogue, modelTitle } from '../state/catalogue';
import { createPredictionWatch } from '../state/predictionWatch';
import { api } from '../state/session';

/** The list of the user's predictions. */
export function History() {
  const words = text.value.history;
  const pages = usePages(historyPage);
  const predictions = pages.items ?? [];
  useEffect(() => void loadCatalogue(), []);

  const { setItems } = pages;
  const replace = useCallback(
    (changed: Prediction) => {
      const replaced = (shown: Prediction) =>
        shown.prediction_id === changed.prediction_id ? changed : shown;
      setItems((shown) => shown?.map(replaced) ?? null);
    },
    [setItems],
  );

  return (
    <>
      <ScreenTitle>{words.title}</ScreenTitle>
      {pages.items?.length === 0 && <EmptyHistory />}
      {predictions.length > 0 && (
        <ul class="history">
          {predictions.map((prediction) => (
            <HistoryEntry
              key={prediction.prediction_id}
              prediction={prediction}
              onChange={replace}
            />
          ))}
        </ul>
      )}
      <LoadMore pages={pages} label={words.more} />
    </>
  );
}

/** Poll the prediction until it has ended. */
function usePolling(prediction: Prediction, onChange: (changed: Prediction) => void): void {
  const { prediction_id: id, status, is_finished } = prediction;
  const hasEnded = isEnd(status, is_finished);
  useEffect(() => {
    if (hasEnded) return;
    const watch = createPredictionWatch(id);
    const unsubscribe = watch.prediction.subscribe((polled) => polled && onChange(polled));
    watch.start();
    return () => {
      watch.stop();
      unsubscribe();
    };
  }, [id, hasEnded, onChange]);
}

async function historyPage(cursor: string | null) {
  const { predictions, next_cursor } = await api.history(cursor);
  return { items: predictions, next: next_cursor };
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

interface EntryProps {
  prediction: Prediction;
  onChange: (changed: Prediction) => void;
}

function HistoryEntry({ prediction, onChange }: EntryProps) {
  const words = text.value.history;
  usePolling(prediction, onChange);
  return (
    <li class="card history-entry">
      <a class="history-name" href={addresses.prediction(prediction.prediction_id)}>
        {prediction.file_name ?? words.untitled}
      </a>
      <StatusBadge status={prediction.status} />
      <span>{modelTitle(prediction.prediction_model_id)}</span>
      <span>{words.patients(prediction.rows)}</span>
      <span>
        {words.cost(prediction.cost)}
        {prediction.refunded && <>, {words.refunded}</>}
      </span>
      <time dateTime={prediction.prediction_date}>
        {text.value.format.dateTime(prediction.prediction_date)}
      </time>
      <PredictionActions prediction={prediction} onChange={onChange} />
    </li>
  );
}
