import { signal } from '@preact/signals';
import { type Problem, problemOf } from '../api/problem';
import type { Cohort } from '../api/types';
import { api } from './session';

/** The overview of one result, kept in memory while its screen is open. */
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
