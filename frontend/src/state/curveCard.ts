// The cards that survival curves are computed from. The card of each model is loaded once.

import { signal } from '@preact/signals';
import type { CurveCard, Prediction } from '../api/types';
import { api } from './session';

const cards = signal<Readonly<Record<string, CurveCard | 'failed'>>>({});
const requested = new Set<string>();

/** The card of a result's model, or why the whole curves are unknown. */
export type CurveCardState = CurveCard | 'loading' | 'failed' | 'otherVersion';

export function curveCardOf({ prediction_model_id, model_version }: Prediction): CurveCardState {
  const card = cards.value[prediction_model_id] ?? 'loading';
  if (typeof card === 'string') return card;
  return card.version === model_version ? card : 'otherVersion';
}

/** Load the card of a model unless it is loaded. After a failure, the next call tries again. */
export async function loadCurveCard(modelId: string): Promise<void> {
  if (requested.has(modelId)) return;
  requested.add(modelId);
  const card = await api.curveCard(modelId).catch(() => null);
  if (card === null) requested.delete(modelId);
  cards.value = { ...cards.value, [modelId]: card ?? 'failed' };
}
