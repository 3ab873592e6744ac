import { signal } from '@preact/signals';
import { type Problem, problemOf } from '../api/problem';
import type { Row, SkippedRow } from '../api/types';
import { api } from './session';

/** So many rows are loaded without being asked for; a large result is loaded in such steps. */
export const ROWS_PER_STEP = 5_000;

/** The rows of one result, kept in memory while its screen is open. */
export function createResultRows(id: string) {
  const rows = signal<readonly Row[]>([]);
  const skipped = signal<readonly SkippedRow[]>([]);
  const total = signal<number | null>(null);
  const isLoading = signal(false);
  const problem = signal<Problem | null>(null);
  let nextOffset: number | null = 0;
  let isStopped = false;

  /** How many of the file's patients are here, those that were skipped included. */
  function loaded(): number {
    return rows.value.length + skipped.value.length;
  }

  async function loadMore(): Promise<void> {
    if (isLoading.value) return;
    isLoading.value = true;
    problem.value = null;
    const wanted = loaded() + ROWS_PER_STEP;
    try {
      while (nextOffset !== null && loaded() < wanted && !isStopped) {
        const page = await api.rows(id, nextOffset);
        rows.value = [...rows.value, ...page.rows];
        skipped.value = [...skipped.value, ...page.skipped];
        total.value = page.total;
        // An empty page ends the loading even if the server promises more: no endless loop.
        nextOffset = page.rows.length + page.skipped.length > 0 ? page.next_offset : null;
      }
    } catch (thrown) {
      problem.value = problemOf(thrown);
    } finally {
      isLoading.value = false;
    }
  }

  function stop(): void {
    isStopped = true;
  }

  return { rows, skipped, loaded, total, isLoading, problem, loadMore, stop };
}

export type ResultRows = ReturnType<typeof createResultRows>;
