import { signal } from '@preact/signals';
import { type Problem, problemOf } from '../api/problem';
import type { Prediction, RowPage } from '../api/types';
import { loadCatalogue } from './catalogue';
import { api } from './session';

interface Shown {
  row: number;
  prediction: Prediction;
  page: RowPage;
}

/** One patient of a result at a time; the one before stays until the next has come. */
export function createPatient(id: string) {
  const shown = signal<Shown | null>(null);
  const problem = signal<Problem | null>(null);
  let wanted = 0;

  async function show(row: number): Promise<void> {
    wanted = row;
    problem.value = null;
    try {
      const [prediction, page] = await Promise.all([
        shown.value?.prediction ?? api.prediction(id),
        api.rows(id, row - 1, 1),
        loadCatalogue(),
      ]);
      if (wanted === row) shown.value = { row, prediction, page };
    } catch (thrown) {
      if (wanted === row) problem.value = problemOf(thrown);
    }
  }

  return { shown, problem, show };
}
