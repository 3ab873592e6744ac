import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Model, Prediction } from '../api/types';
import { ConfirmDialog } from '../components/common/ConfirmDialog';
import { DataWarning } from '../components/common/DataWarning';
import { ProblemNotice } from '../components/common/ProblemNotice';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { ComparedEstimates } from '../components/comparison/ComparedEstimates';
import type { Estimate } from '../components/comparison/estimate';
import { NOT_ENOUGH_COINS_ID, NotEnoughCoins } from '../components/prediction/NotEnoughCoins';
import { localised, text } from '../i18n';
import { fileLabel } from '../lib/predictionName';
import { resultParametersOf } from '../lib/resultParameters';
import { addresses } from '../lib/routes';
import { catalogueProblem, modelById, modelTitle } from '../state/catalogue';
import { type ComparisonState, createComparison } from '../state/comparison';
import { createPredictionWatch } from '../state/predictionWatch';
import { balance } from '../state/session';

/** The estimates of several models for one patient. */
export function ComparisonScreen({ id, row }: { id: string; row: number }) {
  const { comparison: words, shell } = text.value;
  const state = useMemo(() => createComparison(id, row), [id, row]);
  useEffect(() => void state.search(), [state]);
  const estimates = estimatesOf(state);
  const problem = state.problem.value ?? catalogueProblem.value;
  const patientId = estimates[0]?.row.id ?? null;
  return (
    <>
      <ScreenTitle documentTitle={words.title(row, null)}>
        {words.title(row, patientId)}
      </ScreenTitle>
      <nav class="neighbours" aria-label={text.value.plots.patient.neighbours}>
        <a href={addresses.patient(id, row)}>{words.back}</a>
      </nav>
      <p>{words.lead}</p>
      {estimates.length > 0 && (
        <>
          <DataWarning parameters={estimates.map(({ parameters }) => parameters)} />
          <ComparedEstimates estimates={estimates} />
        </>
      )}
      <p role="status">
        {state.isSearching.value && (estimates.length > 0 ? shell.loading : words.searching)}
      </p>
      {problem && <ProblemNotice problem={problem} onRetry={() => void state.search()} />}
      {!state.isSearching.value && !problem && <Rest {...{ state, estimates }} />}
    </>
  );
}

function estimatesOf({ comparison, rows }: ComparisonState): Estimate[] {
  return (comparison.value?.results ?? []).flatMap((prediction) => {
    const row = rows.value.get(prediction.prediction_id);
    const modelId = prediction.prediction_model_id;
    const parameters = resultParametersOf(prediction, modelById(modelId));
    return row ? [{ prediction, row, parameters, title: modelTitle(modelId) }] : [];
  });
}

/** What is known of the models that have no estimate yet. */
function Rest({ state, estimates }: { state: ComparisonState; estimates: readonly Estimate[] }) {
  const words = text.value.comparison;
  const { results = [], running = [], offers = [] } = state.comparison.value ?? {};
  const without = results.filter(
    ({ prediction_id }) => state.rows.value.get(prediction_id) === null,
  );
  return (
    <>
      {estimates.length === 0 && <p>{words.noEstimates}</p>}
      {running.map((prediction) => (
        <Running key={prediction.prediction_id} prediction={prediction} onChange={state.update} />
      ))}
      {state.failed.value.map((prediction) => (
        <Outcome key={prediction.prediction_id} prediction={prediction} say={words.ended} />
      ))}
      {without.map((prediction) => (
        <Outcome key={prediction.prediction_id} prediction={prediction} say={words.without} />
      ))}
      {offers.length > 0 && <Offers {...{ state, offers }} />}
      {state.hasMore.value && offers.length > 0 && (
        <p>
          {words.searchedSome}{' '}
          <button type="button" class="link-button" onClick={() => void state.search()}>
            {words.searchMore}
          </button>
        </p>
      )}
    </>
  );
}

interface OutcomeProps {
  prediction: Prediction;
  say: (title: string) => string;
}

function Outcome({ prediction, say }: OutcomeProps) {
  return (
    <p>
      {say(modelTitle(prediction.prediction_model_id))}{' '}
      <a href={addresses.prediction(prediction.prediction_id)}>
        {text.value.comparison.openPrediction}
      </a>
    </p>
  );
}

interface RunningProps {
  prediction: Prediction;
  onChange: (changed: Prediction) => void;
}

/** A calculation that has not ended. It is polled until it has. */
function Running({ prediction, onChange }: RunningProps) {
  const words = text.value.comparison;
  const id = prediction.prediction_id;
  const watch = useMemo(() => createPredictionWatch(id), [id]);
  useEffect(() => {
    const unsubscribe = watch.prediction.subscribe(
      (polled) => polled?.is_finished && onChange(polled),
    );
    watch.start();
    return () => {
      watch.stop();
      unsubscribe();
    };
  }, [watch, onChange]);
  const problem = watch.phase.value === 'waiting' ? null : watch.problem.value;
  return (
    <>
      <div role="status">
        <Outcome prediction={prediction} say={words.running} />
      </div>
      {problem && <ProblemNotice problem={problem} onRetry={watch.pollNow} />}
    </>
  );
}

function Offers({ state, offers }: { state: ComparisonState; offers: readonly Model[] }) {
  const words = text.value.comparison;
  const [chosen, setChosen] = useState<Model | null>(null);
  const prediction = state.current.value;
  if (prediction === null) return null;
  if (prediction.files_deleted_at !== null) {
    return (
      <p>
        {words.fileGone} <a href={addresses.new}>{words.newPrediction}</a>
      </p>
    );
  }
  return (
    <section class="not-printed">
      <h2>{words.offers}</h2>
      <p class="actions">
        {offers.map((model) => (
          <button
            key={model.id}
            type="button"
            class="button button-quiet"
            onClick={() => setChosen(model)}
          >
            {words.calculate(localised(model.title), model.coins)}
          </button>
        ))}
      </p>
      {prediction.rows > 1 && <p class="hint">{words.wholeFile(prediction.rows)}</p>}
      {chosen && (
        <OrderDialog {...{ state, prediction }} model={chosen} onClose={() => setChosen(null)} />
      )}
    </section>
  );
}

interface OrderProps {
  state: ComparisonState;
  prediction: Prediction;
  model: Model;
  onClose: () => void;
}

function OrderDialog({ state, prediction, model, onClose }: OrderProps) {
  const { actions, comparison: words } = text.value;
  const missing = balance.value === null ? 0 : model.coins - balance.value;
  return (
    <ConfirmDialog
      title={words.confirmTitle}
      action={actions.retryNow(model.coins)}
      actionUnderWay={actions.retrying}
      blockedBy={missing > 0 ? NOT_ENOUGH_COINS_ID : null}
      onConfirm={async () => {
        await state.order(model.id);
        onClose();
      }}
      onClose={onClose}
    >
      <p>{words.confirmLead(fileLabel(prediction, text.value), localised(model.title))}</p>
      {balance.value !== null && <p>{actions.retryCost(model.coins, balance.value)}</p>}
      {missing > 0 && <NotEnoughCoins missing={missing} />}
    </ConfirmDialog>
  );
}
