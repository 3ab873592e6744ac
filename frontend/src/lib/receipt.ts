import type { Prediction } from '../api/types';

/** The receipt as a file to keep; null while there is none. */
export function receiptFile(prediction: Prediction): { name: string; content: string } | null {
  if (prediction.receipt === null) return null;
  return {
    name: `receipt-${prediction.prediction_id.slice(0, 8)}.json`,
    content: `${JSON.stringify(prediction.receipt, null, 2)}\n`,
  };
}
