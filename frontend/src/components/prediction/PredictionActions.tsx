import { useRef, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../../api/problem';
import type { Model, Prediction } from '../../api/types';
import { localised, text } from '../../i18n';
import { offeredActions } from '../../lib/predictionActions';
import { addresses } from '../../lib/routes';
import { once } from '../../state/attempts';
import { modelById } from '../../state/catalogue';
import { goTo } from '../../state/route';
import { api, balance, learnBalance, refreshBalance } from '../../state/session';
import { ConfirmDialog } from '../common/ConfirmDialog';
import { ProblemNotice } from '../common/ProblemNotice';
import { useAction } from '../common/useAction';
import { NotEnough } from './NotEnough';

interface Props {
  prediction: Prediction;
  /** Told where it stands once something was done to it. */
  onChange: (prediction: Prediction) => void;
}

/** What can be done with a prediction that was made before. */
export function PredictionActions({ prediction, onChange }: Props) {
  const words = text.value.actions;
  const [asked, setAsked] = useState<'retry' | 'delete' | null>(null);
  const { isBusy, problem, run } = useAction();
  const group = useRef<HTMLFieldSetElement>(null);
  const model = modelById(prediction.prediction_model_id);
  const { cancel, retryPrice, deleteFiles } = offeredActions(prediction, model);
  const close = () => setAsked(null);

  function changed(now: Prediction): void {
    close();
    onChange(now);
    // Once the dialog and the button that was pressed are gone.
    setTimeout(() => group.current?.focus());
  }

  return (
    <fieldset
      ref={group}
      class="prediction-actions"
      tabIndex={-1}
      aria-label={words.group(prediction.file_name ?? text.value.history.untitled)}
    >
      {cancel && (
        <button
          type="button"
          class="link-button"
          disabled={isBusy}
          onClick={() => void run(() => cancelPrediction(prediction.prediction_id, changed))}
        >
          {isBusy ? words.cancelling : words.cancel}
        </button>
      )}
      {retryPrice !== null && (
        <button type="button" class="link-button" onClick={() => setAsked('retry')}>
          {words.retry}
        </button>
      )}
      {deleteFiles && (
        <button type="button" class="link-button" onClick={() => setAsked('delete')}>
          {words.deleteFiles}
        </button>
      )}
      {prediction.files_deleted_at && <span class="hint">{words.filesDeleted}</span>}
      {prediction.retry_of && (
        <a href={addresses.prediction(prediction.retry_of)}>{words.retryOf}</a>
      )}
      {problem && <ProblemNotice problem={problem} />}
      {asked === 'retry' && model && (
        <RetryDialog prediction={prediction} model={model} onClose={close} />
      )}
      {asked === 'delete' && (
        <DeleteDialog prediction={prediction} onChange={changed} onClose={close} />
      )}
    </fieldset>
  );
}

interface RetryProps {
  prediction: Prediction;
  model: Model;
  onClose: () => void;
}

function RetryDialog({ prediction, model, onClose }: RetryProps) {
  const { actions: words, history } = text.value;
  const file = prediction.file_name ?? history.untitled;
  const missing = balance.value === null ? 0 : model.coins - balance.value;
  return (
    <ConfirmDialog
      title={words.retryTitle}
      action={words.retryNow(model.coins)}
      actionUnderWay={words.retrying}
      isBlocked={missing > 0}
      onConfirm={() => retryPrediction(prediction.prediction_id)}
      onClose={onClose}
    >
      <p>{words.retryLead(file, localised(model.title), model.version)}</p>
      {balance.value !== null && <p>{words.retryCost(model.coins, balance.value)}</p>}
      {missing > 0 && <NotEnough missing={missing} />}
    </ConfirmDialog>
  );
}

function DeleteDialog({ prediction, onChange, onClose }: Props & { onClose: () => void }) {
  const words = text.value.actions;
  return (
    <ConfirmDialog
      title={words.deleteTitle}
      action={words.deleteNow}
      actionUnderWay={words.deleting}
      isDanger
      onConfirm={async () => onChange(await api.deleteFiles(prediction.prediction_id))}
      onClose={onClose}
    >
      <p>{words.deleteLead(prediction.status === 'succeeded')}</p>
      <p>{words.deleteStays}</p>
    </ConfirmDialog>
  );
}

async function cancelPrediction(id: string, onChange: (now: Prediction) => void): Promise<void> {
  try {
    onChange(await api.cancel(id));
    void refreshBalance();
  } catch (thrown) {
    // A worker, or another click, was faster: the refusal is said next to where it stands now.
    if (isLate(problemOf(thrown))) await api.prediction(id).then(onChange, () => undefined);
    throw thrown;
  }
}

function isLate(problem: Problem): boolean {
  return problem.status === 409;
}

async function retryPrediction(id: string): Promise<void> {
  const again = await once(`retry ${id}`, (key) => api.retry(id, key));
  learnBalance(again.balance);
  goTo(addresses.prediction(again.prediction_id));
}
