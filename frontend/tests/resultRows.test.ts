import { afterEach, expect, test, vi } from 'vitest';
import { createResultRows, createRowPages } from '../src/state/resultRows';
import { patientRow } from './fixtures';

afterEach(() => vi.unstubAllGlobals());

const skippedRow = { row: 2, id: null, years: null, errors: [{ code: 'not_a_number' }] };

function pageAt(offset: number, total: number, rows: unknown[]): Response {
  const end = offset + rows.length;
  return new Response(
    JSON.stringify({ offset, total, rows, next_offset: end < total ? end : null }),
  );
}

function offsetOf(request: Request): number {
  return Number(new URL(request.url).searchParams.get('offset'));
}

test('all rows are loaded page by page, and loading continues after a failure', async () => {
  let fails = 1;
  vi.stubGlobal('fetch', async (request: Request) => {
    const offset = offsetOf(request);
    if (offset === 2 && fails-- > 0) throw new TypeError('offline');
    return offset === 0
      ? pageAt(0, 3, [patientRow({ row: 1 }), skippedRow])
      : pageAt(2, 3, [patientRow({ row: 3 })]);
  });
  const result = createResultRows('p1');
  await result.load();
  expect(result.problem.value?.code).toBe('network_down');
  expect(result.rows.value.map(({ row }) => row)).toEqual([1]);
  await result.load();
  expect(result.problem.value).toBeNull();
  expect(result.rows.value.map(({ row }) => row)).toEqual([1, 3]);
  expect(result.skipped.value.map(({ row }) => row)).toEqual([2]);
});

test('loading ends with an empty page even if it has a next offset', async () => {
  let requests = 0;
  vi.stubGlobal('fetch', async () => {
    requests += 1;
    return new Response(JSON.stringify({ offset: 0, total: 9, rows: [], next_offset: 0 }));
  });
  await createResultRows('p1').load();
  expect(requests).toBe(1);
});

test('the page that was requested last is shown, in whatever order the responses come', async () => {
  const pendingResponses: (() => void)[] = [];
  vi.stubGlobal('fetch', (request: Request) => {
    const offset = offsetOf(request);
    return new Promise<Response>((resolve) => {
      pendingResponses.push(() => resolve(pageAt(offset, 1000, [patientRow({ row: offset + 1 })])));
    });
  });
  const pages = createRowPages('p1');
  const loading = [pages.show(1), pages.show(7)];
  await vi.waitFor(() => expect(pendingResponses).toHaveLength(2));
  for (const respond of pendingResponses.reverse()) respond();
  await Promise.all(loading);
  expect(pages.page.value).toBe(7);
  expect(pages.rows.value.map(({ row }) => row)).toEqual([701]);
  expect(pages.isLoading.value).toBe(false);
});
