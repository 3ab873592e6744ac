import type { Model, Prediction } from '../api/types';

export interface Offered {
  cancel: boolean;
  /** What running it again costs; null if that can't be done. */
  retryPrice: number | null;
  deleteFiles: boolean;
}

/** What can be done with a prediction. `model` is null while the catalogue, or the model, isn't there. */
export function offeredActions(prediction: Prediction, model: Model | null): Offered {
  const hasFiles = prediction.is_finished && !prediction.files_deleted_at;
  // A file that was refused would only be refused again.
  const canRetry = hasFiles && prediction.status !== 'rejected' && model?.enabled;
  return {
    cancel: prediction.status === 'queued',
    retryPrice: canRetry ? model.coins : null,
    deleteFiles: hasFiles,
  };
}
