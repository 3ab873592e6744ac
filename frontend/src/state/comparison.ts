// The comparison of models for one patient: results of the same file, and the patient's row in each.

import { computed, signal } from '@preact/signals';
import { type Problem, problemOf } from '../api/problem';
import type { Prediction, Row } from '../api/types';
import { comparisonOf } from '../lib/comparison';
import { loadCatalogue, models } from './catalogue';
import { withIdempotencyKey } from './idempotency';
import { api, updateBalance } from './session';

/** The pages of the history that are searched at once. */
const PAGES_AT_ONCE = 3;

/** Create the state of the comparison for one row of a prediction's file. */
export function createComparison(id: string, row: number) {
  const current = signal<Prediction | null>(null);
  /** The predictions that have been searched, the newest first. */
  const predictions = signal<readonly Prediction[]>([]);
  /** The patient's row by prediction; null if the prediction has no estimate for this patient. */
  const rows = signal<ReadonlyMap<string, Row | null>>(new Map());
  const isSearching = signal(false);
  const hasMore = signal(true);
  const problem = signal<Problem | null>(null);
  const orderedIds = signal<ReadonlySet<string>>(new Set());
  let cursor: string | null = null;

  const comparison = computed(() =>
    current.value === null
      ? null
      : comparisonOf(current.value, predictions.value, models.value ?? []),
  );
  /** Calculations of this visit that ended without a result. */
  const failed = computed(() =>
    predictions.value.filter(
      ({ prediction_id, is_finished, is_success }) =>
        orderedIds.value.has(prediction_id) && is_finished && !is_success,
    ),
  );

  /** Search the next pages of the history. After a failure, the next call tries again. */
  async function search(): Promise<void> {
    if (isSearching.value) return;
    isSearching.value = true;
    problem.value = null;
    try {
      const [prediction] = await Promise.all([
        current.value ?? api.prediction(id),
        loadCatalogue(),
      ]);
      current.value = prediction;
      for (let page = 0; page < PAGES_AT_ONCE && hasMore.value; page += 1) await searchPage();
      await loadRows();
    } catch (thrown) {
      problem.value = problemOf(thrown);
    } finally {
      isSearching.value = false;
    }
  }

  async function searchPage(): Promise<void> {
    const page = await api.history(cursor);
    const known = new Set(predictions.value.map(({ prediction_id }) => prediction_id));
    const added = page.predictions.filter(({ prediction_id }) => !known.has(prediction_id));
    predictions.value = [...predictions.value, ...added];
    cursor = page.next_cursor;
    hasMore.value = cursor !== null;
  }

  async function loadRows(): Promise<void> {
    const results = comparison.value?.results ?? [];
    const missing = results.filter(({ prediction_id }) => !rows.value.has(prediction_id));
    const loaded = await Promise.all(
      missing.map(
        async ({ prediction_id }) => [prediction_id, await loadRow(prediction_id)] as const,
      ),
    );
    rows.value = new Map([...rows.value, ...loaded]);
  }

  async function loadRow(predictionId: string): Promise<Row | null> {
    try {
      return (await api.rows(predictionId, row - 1, 1)).rows[0] ?? null;
    } catch (thrown) {
      // The files of an old result are deleted after some time.
      if (problemOf(thrown).code === 'result_expired') return null;
      throw thrown;
    }
  }

  /** Run the same file with another model. Throws if that fails. */
  async function order(modelId: string): Promise<void> {
    const submission = await withIdempotencyKey(`retry ${id} ${modelId}`, (key) =>
      api.retry(id, key, modelId),
    );
    updateBalance(submission.balance);
    const ordered = await api.prediction(submission.prediction_id);
    orderedIds.value = new Set([...orderedIds.value, ordered.prediction_id]);
    predictions.value = [ordered, ...predictions.value];
    // A short calculation has already ended.
    update(ordered);
  }

  /** Take over a prediction that has been polled. */
  function update(changed: Prediction): void {
    predictions.value = predictions.value.map((known) =>
      known.prediction_id === changed.prediction_id ? changed : known,
    );
    if (!changed.is_success) return;
    loadRows().catch((thrown) => {
      problem.value = problemOf(thrown);
    });
  }

  return {
    current,
    comparison,
    rows,
    failed,
    isSearching,
    hasMore,
    problem,
    search,
    order,
    update,
  };
}

export type ComparisonState = ReturnType<typeof createComparison>;
