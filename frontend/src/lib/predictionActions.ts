// The actions that a user can take on a prediction.

import { isExample } from '../api/example';
import type { Model, Prediction } from '../api/types';

export interface AvailableActions {
  /** Give it a name and a note. */
  describe: boolean;
  cancel: boolean;
  /** The price in coins of running it again, or null if that is not possible. */
  retryPrice: number | null;
  deleteFiles: boolean;
}

/**
 * Return the available actions. `model` is null until the catalogue is loaded, and if the model has
 * been withdrawn.
 */
export function availableActions(prediction: Prediction, model: Model | null): AvailableActions {
  const isOwn = !isExample(prediction.prediction_id);
  const hasFiles = isOwn && prediction.is_finished && !prediction.files_deleted_at;
  // A rejected file would be rejected again.
  const canRetry = hasFiles && prediction.status !== 'rejected' && model?.enabled;
  return {
    describe: isOwn && !prediction.files_deleted_at,
    cancel: isOwn && prediction.status === 'queued',
    retryPrice: canRetry ? model.coins : null,
    deleteFiles: hasFiles,
  };
}
