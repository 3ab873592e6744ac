import { useRef, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../../api/problem';
import type { Model, Prediction } from '../../api/types';
import { localised, text } from '../../i18n';
import { availableActions } from '../../lib/predictionActions';
import { fileLabel, predictionName } from '../../lib/predictionName';
import { addresses } from '../../lib/routes';
import { modelById } from '../../state/catalogue';
import { withIdempotencyKey } from '../../state/idempotency';
import { goTo } from '../../state/route';
import { acceptSubmission, api, balance, refreshBalance } from '../../state/session';
import { ConfirmDialog } from '../common/ConfirmDialog';
import { ProblemNotice } from '../common/ProblemNotice';
import { useAction } from '../common/useAction';
import { DescriptionDialog } from './DescriptionDialog';
import { NOT_ENOUGH_COINS_ID, NotEnoughCoins } from './NotEnoughCoins';

interface Props {
  prediction: Prediction;
  /** Called with the changed prediction after an action. */
  onChange: (prediction: Prediction) => void;
}

/** The actions on a prediction: name it, cancel it, run it again, delete its files. */
export function PredictionActions({ prediction, onChange }: Props) {
  const words = text.value.actions;
  const [dialog, setDialog] = useState<'describe' | 'retry' | 'delete' | null>(null);
  const { isBusy, problem, run } = useAction();
  const group = useRef<HTMLFieldSetElement>(null);
  const model = modelById(prediction.prediction_model_id);
  const { describe, cancel, retryPrice, deleteFiles } = availableActions(prediction, model);
  const close = () => setDialog(null);

  function describeAs(changed: Prediction): void {
    close();
    onChange(changed);
  }

  function finish(changed: Prediction): void {
    close();
    onChange(changed);
    // The dialog and the pressed button are gone after the next render. Keep the focus here.
    setTimeout(() => group.current?.focus());
  }

  return (
    <fieldset
      ref={group}
      class="prediction-actions"
      tabIndex={-1}
      aria-label={words.group(predictionName(prediction, text.value))}
    >
      {describe && (
        <button type="button" class="link-button" onClick={() => setDialog('describe')}>
          {text.value.description.title}
        </button>
      )}
      {cancel && (
        <button
          type="button"
          class="link-button"
          disabled={isBusy}
          onClick={() => void run(() => cancelPrediction(prediction.prediction_id, finish))}
        >
          {isBusy ? words.cancelling : words.cancel}
        </button>
      )}
      {retryPrice !== null && (
        <button type="button" class="link-button" onClick={() => setDialog('retry')}>
          {words.retry}
        </button>
      )}
      {deleteFiles && (
        <button type="button" class="link-button" onClick={() => setDialog('delete')}>
          {words.deleteFiles}
        </button>
      )}
      {prediction.files_deleted_at && <span class="hint">{words.filesDeleted}</span>}
      {prediction.retry_of && (
        <a href={addresses.prediction(prediction.retry_of)}>{words.retryOf}</a>
      )}
      {problem && <ProblemNotice problem={problem} />}
      {dialog === 'describe' && (
        <DescriptionDialog prediction={prediction} onChange={describeAs} onClose={close} />
      )}
      {dialog === 'retry' && model && (
        <RetryDialog prediction={prediction} model={model} onClose={close} />
      )}
      {dialog === 'delete' && (
        <DeleteDialog prediction={prediction} onChange={finish} onClose={close} />
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
  const words = text.value.actions;
  const file = fileLabel(prediction, text.value);
  const missing = balance.value === null ? 0 : model.coins - balance.value;
  return (
    <ConfirmDialog
      title={words.retryTitle}
      action={words.retryNow(model.coins)}
      actionUnderWay={words.retrying}
      blockedBy={missing > 0 ? NOT_ENOUGH_COINS_ID : null}
      onConfirm={() => retryPrediction(prediction.prediction_id)}
      onClose={onClose}
    >
      <p>{words.retryLead(file, localised(model.title), model.version)}</p>
      {balance.value !== null && <p>{words.retryCost(model.coins, balance.value)}</p>}
      {missing > 0 && <NotEnoughCoins missing={missing} />}
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
      <p>{words.keptData}</p>
    </ConfirmDialog>
  );
}

async function cancelPrediction(
  id: string,
  onChange: (changed: Prediction) => void,
): Promise<void> {
  try {
    onChange(await api.cancel(id));
    void refreshBalance();
  } catch (thrown) {
    // The prediction is no longer queued. Show its current state next to the problem.
    if (isTooLate(problemOf(thrown))) await api.prediction(id).then(onChange, () => undefined);
    throw thrown;
  }
}

function isTooLate(problem: Problem): boolean {
  return problem.status === 409;
}

async function retryPrediction(id: string): Promise<void> {
  const submission = await withIdempotencyKey(`retry ${id}`, (key) => api.retry(id, key));
  acceptSubmission(submission);
  goTo(addresses.prediction(submission.prediction_id));
}
