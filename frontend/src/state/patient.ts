// The patient whose page is open.

import { signal } from '@preact/signals';
import { type Problem, problemOf } from '../api/problem';
import type { Prediction, RowPage } from '../api/types';
import { loadCatalogue } from './catalogue';
import { api } from './session';

interface ShownPatient {
  row: number;
  prediction: Prediction;
  /** A page of one row. */
  page: RowPage;
}

/**
 * Create the state of a prediction's patient pages. The last patient stays until the next one is
 * loaded.
 */
export function createPatient(id: string) {
  const shown = signal<ShownPatient | null>(null);
  const problem = signal<Problem | null>(null);
  let latestRow = 0;

  async function show(row: number): Promise<void> {
    latestRow = row;
    problem.value = null;
    try {
      const [prediction, page] = await Promise.all([
        shown.value?.prediction ?? api.prediction(id),
        api.rows(id, row - 1, 1),
        loadCatalogue(),
      ]);
      if (latestRow === row) shown.value = { row, prediction, page };
    } catch (thrown) {
      if (latestRow === row) problem.value = problemOf(thrown);
    }
  }

  return { shown, problem, show };
}
