import { useCallback, useEffect } from 'preact/hooks';
import type { Prediction } from '../api/types';
import { PagesEnd } from '../components/common/PagesEnd';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { usePages } from '../components/common/usePages';
import { PredictionActions } from '../components/prediction/PredictionActions';
import { StatusMark } from '../components/prediction/StatusMark';
import { localised, text } from '../i18n';
import { isEnd } from '../lib/polling';
import { addresses } from '../lib/routes';
import { loadCatalogue, modelById } from '../state/catalogue';
import { createPredictionWatch } from '../state/predictionWatch';
import { api } from '../state/session';

export function History() {
  const words = text.value.history;
  const pages = usePages(historyPage);
  const predictions = pages.items ?? [];
  useEffect(() => void loadCatalogue(), []);

  const { setItems } = pages;
  const replace = useCallback(
    (now: Prediction) => {
      const isSame = (shown: Prediction) => shown.prediction_id === now.prediction_id;
      setItems((shown) => shown?.map((each) => (isSame(each) ? now : each)) ?? null);
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
      <PagesEnd pages={pages} more={words.more} />
    </>
  );
}

/** What has not ended is asked for until it has. */
function useFollowed(prediction: Prediction, onChange: (now: Prediction) => void): void {
  const { prediction_id: id, status, is_finished } = prediction;
  const hasEnded = isEnd(status, is_finished);
  useEffect(() => {
    if (hasEnded) return;
    const watch = createPredictionWatch(id);
    const forget = watch.prediction.subscribe((now) => now && onChange(now));
    watch.start();
    return () => {
      watch.stop();
      forget();
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
  onChange: (now: Prediction) => void;
}

function HistoryEntry({ prediction, onChange }: EntryProps) {
  const words = text.value.history;
  const model = modelById(prediction.prediction_model_id);
  useFollowed(prediction, onChange);
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
      <PredictionActions prediction={prediction} onChange={onChange} />
    </li>
  );
}
