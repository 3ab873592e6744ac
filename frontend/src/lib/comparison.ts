// Which predictions are of the same patients, so that their models can be compared.

import type { Model, Prediction } from '../api/types';

/** The parts of a receipt that say how the file was read. */
const READING = [
  'units',
  'decimal',
  'missing',
  'columns',
  'column_units',
  'column_values',
] as const;

/** Return a text that is equal for predictions of the same file, read alike. Null without a receipt. */
function inputOf({ receipt }: Prediction): string | null {
  if (receipt === null) return null;
  return JSON.stringify([receipt.input_sha256, ...READING.map((name) => receipt[name])], sortKeys);
}

function sortKeys(_key: string, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}

export interface Comparison {
  /** One result of each model, in the order of the catalogue. */
  results: Prediction[];
  /** Repeats of these predictions that have not ended. */
  running: Prediction[];
  /** The models that can calculate the same file. */
  offers: Model[];
}

/**
 * Return what can be compared with `current`. `predictions` are the newest first. Of several results of
 * a model the newest one counts, and `current` for its own model.
 */
export function comparisonOf(
  current: Prediction,
  predictions: readonly Prediction[],
  models: readonly Model[],
): Comparison {
  const input = inputOf(current);
  const same = [current, ...predictions].filter(
    (other) => input !== null && isReadable(other) && inputOf(other) === input,
  );
  const newest = same.filter(
    ({ prediction_model_id: id }, index) =>
      same.findIndex((other) => other.prediction_model_id === id) === index,
  );
  const ids = new Set([current, ...same].map(({ prediction_id }) => prediction_id));
  const running = predictions.filter(
    ({ is_finished, retry_of }) => !is_finished && retry_of !== null && ids.has(retry_of),
  );
  const known = new Set([...newest, ...running].map((other) => other.prediction_model_id));
  // Models that have been withdrawn come last.
  const order = models.map(({ id }) => id).reverse();
  const place = ({ prediction_model_id: id }: Prediction) => -order.indexOf(id);
  return {
    results: newest.sort((a, b) => place(a) - place(b)),
    running,
    offers: input === null ? [] : models.filter(({ id, enabled }) => enabled && !known.has(id)),
  };
}

function isReadable({ is_success, files_deleted_at }: Prediction): boolean {
  return is_success && files_deleted_at === null;
}
