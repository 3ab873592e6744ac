// The search in the predictions that are loaded.

import type { Prediction } from '../api/types';

/** An empty text of a field matches everything. */
export interface HistorySearch {
  words: string;
  status: string;
  modelId: string;
}

export const NO_SEARCH: HistorySearch = { words: '', status: '', modelId: '' };

export function isSearching({ words, status, modelId }: HistorySearch): boolean {
  return words.trim() !== '' || status !== '' || modelId !== '';
}

/**
 * Return the predictions that match. Each of the words must occur in the name, the note, or one of
 * the texts of `textsOf`.
 */
export function searchHistory(
  predictions: readonly Prediction[],
  { words, status, modelId }: HistorySearch,
  textsOf: (prediction: Prediction) => string[],
): Prediction[] {
  const needles = words.toLowerCase().split(/\s+/).filter(Boolean);
  return predictions.filter((prediction) => {
    if (status !== '' && prediction.status !== status) return false;
    if (modelId !== '' && prediction.prediction_model_id !== modelId) return false;
    const { name, note } = prediction;
    const haystack = [name, note, ...textsOf(prediction)].join('\n').toLowerCase();
    return needles.every((needle) => haystack.includes(needle));
  });
}

/** Return the list with the changed prediction in the place of its earlier state. */
export function withChanged(list: readonly Prediction[], changed: Prediction): Prediction[] {
  return list.map((shown) => (shown.prediction_id === changed.prediction_id ? changed : shown));
}

/**
 * Return the list with the newest predictions in their present state: known ones are replaced, the
 * others come first. Null if none is known, so that there may be a gap between the two.
 */
export function withNewest(
  list: readonly Prediction[],
  newest: readonly Prediction[],
): Prediction[] | null {
  const fresh = new Map(newest.map((prediction) => [prediction.prediction_id, prediction]));
  const known = list.map((prediction) => {
    const current = fresh.get(prediction.prediction_id);
    fresh.delete(prediction.prediction_id);
    return current ?? prediction;
  });
  const hasGap = list.length > 0 && newest.length > 0 && fresh.size === newest.length;
  return hasGap ? null : [...fresh.values(), ...known];
}
