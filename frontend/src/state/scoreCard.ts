// The card of the published score, loaded when the form first needs it.

import { signal } from '@preact/signals';
import type { ScoreCard } from '../lib/mayoScore';
import { models } from './catalogue';
import { api } from './session';

export const scoreCard = signal<ScoreCard | 'loading' | 'failed' | null>(null);

/** Load the card unless it is loaded. After a failure, the next call tries again. */
export async function loadScoreCard(): Promise<void> {
  const model = models.value?.find(({ contribution_scale }) => contribution_scale === 'score');
  if (model === undefined || (scoreCard.value !== null && scoreCard.value !== 'failed')) return;
  scoreCard.value = 'loading';
  scoreCard.value = ((await api.curveCard(model.id).catch(() => null)) as ScoreCard) ?? 'failed';
}
