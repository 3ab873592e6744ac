// The rows of a result: all at once, or page by page if there are too many for the browser.

import { signal } from '@preact/signals';
import { type Problem, problemOf } from '../api/problem';
import type { Row, SkippedRow } from '../api/types';
import { ROWS_PER_PAGE } from '../lib/rowTable';
import { api } from './session';

/** Results up to this size are loaded as a whole, to be sorted and searched in the browser. */
export const ROWS_IN_BROWSER_MAX = 10_000;

/** Create the state of a result whose rows are all loaded. It lasts while the screen is open. */
export function createResultRows(id: string) {
  const rows = signal<readonly Row[]>([]);
  const skipped = signal<readonly SkippedRow[]>([]);
  const isLoading = signal(false);
  const problem = signal<Problem | null>(null);
  let nextOffset: number | null = 0;
  let isStopped = false;

  /** Load the rows. After a stop or a failure, continue where it ended. */
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
        // An empty page ends the loading even if it has a next offset, to avoid an endless loop.
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

export type ResultRows = ReturnType<typeof createResultRows>;

/** Create the state of a result that is shown page by page in the order of the file. */
export function createRowPages(id: string) {
  const page = signal(0);
  const rows = signal<readonly Row[]>([]);
  const skipped = signal<readonly SkippedRow[]>([]);
  const isLoading = signal(false);
  const problem = signal<Problem | null>(null);
  let latestRequest = 0;

  async function show(pageIndex: number): Promise<void> {
    latestRequest += 1;
    const request = latestRequest;
    page.value = pageIndex;
    isLoading.value = true;
    problem.value = null;
    try {
      const loaded = await api.rows(id, pageIndex * ROWS_PER_PAGE, ROWS_PER_PAGE);
      // Another page has been requested since.
      if (request !== latestRequest) return;
      rows.value = loaded.rows;
      skipped.value = loaded.skipped;
    } catch (thrown) {
      if (request === latestRequest) problem.value = problemOf(thrown);
    } finally {
      if (request === latestRequest) isLoading.value = false;
    }
  }

  return { page, rows, skipped, isLoading, problem, show };
}

export type RowPages = ReturnType<typeof createRowPages>;
