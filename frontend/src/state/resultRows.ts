import { signal } from '@preact/signals';
import { type Problem, problemOf } from '../api/problem';
import type { Row, SkippedRow } from '../api/types';
import { ROWS_PER_PAGE } from '../lib/rowTable';
import { api } from './session';

/** So many rows are held, sorted and searched in the browser; of more only one page is. */
export const ROWS_IN_BROWSER_MAX = 10_000;

/** All rows of one result, kept in memory while its screen is open. */
export function createResultRows(id: string) {
  const rows = signal<readonly Row[]>([]);
  const skipped = signal<readonly SkippedRow[]>([]);
  const isLoading = signal(false);
  const problem = signal<Problem | null>(null);
  let nextOffset: number | null = 0;
  let isStopped = false;

  /** Goes on where it was, after a failure too. */
  async function load(): Promise<void> {
    if (isLoading.value) return;
    isStopped = false;
    isLoading.value = true;
    problem.value = null;
    try {
      while (nextOffset !== null && !isStopped) {
        const page = await api.rows(id, nextOffset);
        rows.value = [...rows.value, ...page.rows];
        skipped.value = [...skipped.value, ...page.skipped];
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

  return { rows, skipped, isLoading, problem, load, stop };
}

/** One page at a time of a result, in the order of the file. */
export function createRowPages(id: string) {
  const page = signal(0);
  const rows = signal<readonly Row[]>([]);
  const skipped = signal<readonly SkippedRow[]>([]);
  const isLoading = signal(false);
  const problem = signal<Problem | null>(null);
  let latest = 0;

  async function show(wanted: number): Promise<void> {
    latest += 1;
    const mine = latest;
    page.value = wanted;
    isLoading.value = true;
    problem.value = null;
    try {
      const answer = await api.rows(id, wanted * ROWS_PER_PAGE, ROWS_PER_PAGE);
      // Another page was asked for in the meantime.
      if (mine !== latest) return;
      rows.value = answer.rows;
      skipped.value = answer.skipped;
    } catch (thrown) {
      if (mine === latest) problem.value = problemOf(thrown);
    } finally {
      if (mine === latest) isLoading.value = false;
    }
  }

  return { page, rows, skipped, isLoading, problem, show };
}

export type RowPages = ReturnType<typeof createRowPages>;
