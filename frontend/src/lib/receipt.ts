// The receipt of a prediction as a downloadable file.

import type { Prediction } from '../api/types';

/** Return the name and content of the receipt's file, or null if there is no receipt. */
export function receiptFile(prediction: Prediction): { name: string; content: string } | null {
  if (prediction.receipt === null) return null;
  return {
    name: `receipt-${prediction.prediction_id.slice(0, 8)}.json`,
    content: `${JSON.stringify(prediction.receipt, null, 2)}\n`,
  };
}
