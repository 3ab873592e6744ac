// The cohort of a result: the distribution of its estimates, and the rows with the lowest ones.

import { signal } from '@preact/signals';
import { type Problem, problemOf } from '../api/problem';
import type { Cohort } from '../api/types';
import { api } from './session';

/** Create the state of one prediction's cohort, which lasts while its screen is open. */
export function createCohort(id: string) {
  const cohort = signal<Cohort | null>(null);
  const problem = signal<Problem | null>(null);

  async function load(): Promise<void> {
    problem.value = null;
    try {
      cohort.value = await api.cohort(id);
    } catch (thrown) {
      problem.value = problemOf(thrown);
    }
  }

  return { cohort, problem, load };
}

export type CohortState = ReturnType<typeof createCohort>;
