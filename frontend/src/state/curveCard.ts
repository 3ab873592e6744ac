// The cards that survival curves are computed from. A model's card is loaded once, and once more for
// a result of a version that was released meanwhile.

import { signal } from '@preact/signals';
import { isExample } from '../api/example';
import type { CurveCard, Prediction } from '../api/types';
import { readExample } from './example';
import { api } from './session';

const cards = signal<Readonly<Record<string, CurveCard | 'loading' | 'failed'>>>({});
const requested = new Set<string>();

/** The card of a result's model, or why the whole curves are unknown. */
export type CurveCardState = CurveCard | 'loading' | 'failed' | 'otherVersion';

export function curveCardOf({ prediction_model_id, model_version }: Prediction): CurveCardState {
  const card = cards.value[prediction_model_id] ?? 'loading';
  if (typeof card === 'string') return card;
  return card.version === model_version ? card : 'otherVersion';
}

/**
 * Load the card of a result's model unless it was loaded for that version. After a failure, the next
 * call tries again.
 */
export async function loadCurveCard(prediction: Prediction): Promise<void> {
  const id = prediction.prediction_model_id;
  const request = `${id} ${prediction.model_version}`;
  if (requested.has(request)) return;
  requested.add(request);
  if (cards.value[id] === 'failed') cards.value = { ...cards.value, [id]: 'loading' };
  const card = await fetchCard(prediction).catch(() => null);
  if (card === null) requested.delete(request);
  cards.value = { ...cards.value, [id]: card ?? 'failed' };
}

function fetchCard({ prediction_id, prediction_model_id }: Prediction): Promise<CurveCard> {
  return isExample(prediction_id)
    ? readExample(`${prediction_id}/card.json`)
    : api.curveCard(prediction_model_id);
}
