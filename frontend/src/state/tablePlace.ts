import type { Arrangement, SortKey } from '../lib/rowTable';
import { onLeave } from './session';

/** Where a person was in the table of a result: they come back to it from a patient's page. */
export interface TablePlace {
  arrangement: Arrangement;
  page: number;
  /** The row whose page was seen last. */
  visited: number | null;
}

const places = new Map<string, TablePlace>();
onLeave(() => places.clear());

export function placeIn(predictionId: string, sortBy: SortKey): TablePlace {
  const start = {
    arrangement: { sortBy, descending: false, idFilter: '' },
    page: 0,
    visited: null,
  };
  return { ...start, ...places.get(predictionId) };
}

export function rememberPlace(predictionId: string, place: Partial<TablePlace>): void {
  places.set(predictionId, { ...placeIn(predictionId, 'row'), ...place });
}
