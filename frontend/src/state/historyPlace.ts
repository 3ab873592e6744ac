// The user's place in the list of predictions, to which the browser's "Back" returns.

import type { Prediction } from '../api/types';
import type { HistorySearch } from '../lib/historySearch';
import { onLogOut } from './session';

export interface HistoryPlace {
  items: Prediction[];
  cursor: string | null;
  search: HistorySearch;
  /** How far the page was scrolled. */
  top: number;
  /** The prediction that the user opened. */
  openedId: string | null;
}

let left: HistoryPlace | null = null;
onLogOut(() => {
  left = null;
});

export function keepPlace(place: HistoryPlace): void {
  left = place;
}

/**
 * Return the place that the user left, if the browser came back to it. A link to the list opens it
 * anew: its entry in the browser's history is not marked yet.
 */
export function returnedPlace(): HistoryPlace | null {
  const isReturn = history.state?.isHistory === true;
  if (!isReturn) history.replaceState({ isHistory: true }, '');
  return isReturn ? left : null;
}
