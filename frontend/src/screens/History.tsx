import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Prediction } from '../api/types';
import { LoadMore } from '../components/common/LoadMore';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { usePages } from '../components/common/usePages';
import { Description } from '../components/prediction/Description';
import { HistoryToolbar } from '../components/prediction/HistoryToolbar';
import { PredictionActions } from '../components/prediction/PredictionActions';
import { StatusBadge } from '../components/prediction/StatusBadge';
import { text } from '../i18n';
import {
  isSearching,
  NO_SEARCH,
  searchHistory,
  withChanged,
  withNewest,
} from '../lib/historySearch';
import { estimateText } from '../lib/interval';
import { isEnd } from '../lib/polling';
import { fileLabel, predictionName } from '../lib/predictionName';
import { resultParametersOf } from '../lib/resultParameters';
import { addresses } from '../lib/routes';
import { statusName } from '../lib/sentences';
import { loadCatalogue, modelById, modelTitle } from '../state/catalogue';
import { type HistoryPlace, keepPlace, returnedPlace } from '../state/historyPlace';
import { createPredictionWatch } from '../state/predictionWatch';
import { api } from '../state/session';

/** The list of the user's predictions. "Back" returns to the place in it that the user left. */
export function History() {
  const words = text.value.history;
  const [returned] = useState(returnedPlace);
  const pages = usePages(historyPage, returned);
  const [search, setSearch] = useState(returned?.search ?? NO_SEARCH);
  const { items, cursor, setItems } = pages;
  const loaded = items ?? [];
  const found = searchHistory(loaded, search, searchedTexts);
  const onOpen = useKeptPlace(items && { items, cursor, search }, returned);
  useEffect(() => void loadCatalogue(), []);
  useRefresh(returned, pages);

  const replace = useCallback(
    (changed: Prediction) => setItems((shown) => shown && withChanged(shown, changed)),
    [setItems],
  );

  return (
    <>
      <ScreenTitle>{words.title}</ScreenTitle>
      {items?.length === 0 && <EmptyHistory />}
      {(loaded.length > 1 || isSearching(search)) && (
        <HistoryToolbar
          {...{ loaded, search }}
          found={found.length}
          hasMore={pages.hasMore}
          onSearch={setSearch}
        />
      )}
      {loaded.length > 0 && found.length === 0 && (
        <NoneFound onClear={() => setSearch(NO_SEARCH)} />
      )}
      {found.length > 0 && (
        <ul class="history">
          {found.map((prediction) => (
            <HistoryEntry
              key={prediction.prediction_id}
              prediction={prediction}
              onChange={replace}
              onOpen={onOpen}
            />
          ))}
        </ul>
      )}
      <LoadMore pages={pages} label={words.more} />
    </>
  );
}

/** Return the texts of an entry that the search looks at, besides its name and note. */
function searchedTexts(prediction: Prediction): string[] {
  return [
    fileLabel(prediction, text.value),
    modelTitle(prediction.prediction_model_id),
    statusName(prediction.status, text.value),
  ];
}

/**
 * Keep the list and how far it is scrolled when the user leaves it, and restore the place that the
 * user returned to. Returns the function to call with the prediction that the user opens.
 */
function useKeptPlace(
  list: Pick<HistoryPlace, 'items' | 'cursor' | 'search'> | null,
  returned: HistoryPlace | null,
): (id: string) => void {
  const latest = useRef(list);
  latest.current = list;
  const openedId = useRef<string | null>(null);
  useEffect(() => {
    // Not read when the user leaves, because the next screen may be shorter and scroll the page.
    let top = 0;
    const address = location.hash;
    const follow = () => {
      if (location.hash === address) top = scrollY;
    };
    addEventListener('scroll', follow, { passive: true });
    if (returned) {
      const opened = addresses.prediction(returned.openedId ?? '');
      const link = document.querySelector<HTMLElement>(`main a[href="${opened}"]`);
      link?.focus({ preventScroll: true });
      scrollTo(0, returned.top);
      follow();
    }
    return () => {
      removeEventListener('scroll', follow);
      if (latest.current) keepPlace({ ...latest.current, top, openedId: openedId.current });
    };
  }, [returned]);
  return useCallback((id) => {
    openedId.current = id;
  }, []);
}

/** Load what may have changed while the user was away: the newest predictions and the opened one. */
function useRefresh(returned: HistoryPlace | null, pages: ReturnType<typeof usePages<Prediction>>) {
  const { setItems, reload } = pages;
  const reloadList = useRef(reload);
  reloadList.current = reload;
  useEffect(() => {
    if (!returned) return;
    const openedId = returned.openedId;
    const refresh = async () => {
      const opened = openedId === null ? null : await api.prediction(openedId);
      const { predictions } = await api.history(null);
      const list = withNewest(returned.items, predictions);
      if (list === null) reloadList.current();
      else setItems(opened ? withChanged(list, opened) : list);
    };
    // The list stays as it was, and each entry shows its own problems.
    refresh().catch(() => undefined);
  }, [returned, setItems]);
}

function NoneFound({ onClear }: { onClear: () => void }) {
  const words = text.value.description;
  return (
    <p>
      {words.none}{' '}
      <button type="button" class="link-button" onClick={onClear}>
        {words.clear}
      </button>
    </p>
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
  onOpen: (id: string) => void;
}

function HistoryEntry({ prediction, onChange, onOpen }: EntryProps) {
  const words = text.value.history;
  const { prediction_id: id, prediction_model_id: modelId } = prediction;
  usePolling(prediction, onChange);
  return (
    <li class="card history-entry">
      <a class="history-name" href={addresses.prediction(id)} onClick={() => onOpen(id)}>
        {predictionName(prediction, text.value)}
      </a>
      <StatusBadge status={prediction.status} />
      <Description prediction={prediction} />
      <span>{modelTitle(modelId)}</span>
      <span>{words.patients(prediction.rows)}</span>
      <SingleEstimate prediction={prediction} />
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

/** The estimate of a single patient, until its files are deleted. */
function SingleEstimate({ prediction }: { prediction: Prediction }) {
  const { rows, output, files_deleted_at, prediction_model_id } = prediction;
  if (rows !== 1 || output === null || files_deleted_at) return null;
  const { horizon } = resultParametersOf(prediction, modelById(prediction_model_id));
  const estimate = estimateText(output, horizon, text.value);
  return <strong>{text.value.description.estimate(estimate)}</strong>;
}
