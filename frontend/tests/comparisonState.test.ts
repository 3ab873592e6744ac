import { afterEach, expect, test, vi } from 'vitest';
import type { Prediction } from '../src/api/types';
import { models } from '../src/state/catalogue';
import { createComparison } from '../src/state/comparison';
import { catalogueModel, finishedPrediction, patientRow } from './fixtures';

afterEach(() => {
  vi.unstubAllGlobals();
  models.value = null;
});

const [CURRENT, ORDERED] = ['a'.repeat(32), 'b'.repeat(32)];
const receipt = { input_sha256: 'c'.repeat(64) } as Prediction['receipt'];
const current = finishedPrediction({ prediction_id: CURRENT, receipt });
const ordered = finishedPrediction({
  prediction_id: ORDERED,
  prediction_model_id: 'lasso',
  retry_of: CURRENT,
  receipt,
});

/** Answer the requests of the page by method and path. */
function serve(answers: Record<string, () => unknown>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const key = `${request.method} ${new URL(request.url).pathname}`;
    asked.push(key);
    return new Response(JSON.stringify(answers[key]?.() ?? {}));
  });
  return asked;
}

const rows = () => ({ offset: 0, total: 1, next_offset: null, rows: [patientRow()] });
const catalogue = {
  models: [catalogueModel(), catalogueModel({ id: 'lasso' })],
  upload_bytes_max: 1,
};

test('a calculation that has ended when it is first read is compared at once', async () => {
  serve({
    'GET /api/models': () => catalogue,
    [`GET /api/predict/${CURRENT}`]: () => current,
    [`GET /api/predict/${ORDERED}`]: () => ordered,
    'GET /api/predict': () => ({ predictions: [current], next_cursor: null }),
    [`GET /api/predict/${CURRENT}/rows`]: rows,
    [`GET /api/predict/${ORDERED}/rows`]: rows,
    [`POST /api/predict/${CURRENT}/retry`]: () => ({ prediction_id: ORDERED, balance: 400 }),
  });
  const comparison = createComparison(CURRENT, 1);
  await comparison.search();
  expect(comparison.comparison.value?.offers.map(({ id }) => id)).toEqual(['lasso']);

  await comparison.order('lasso');

  await vi.waitFor(() => expect(comparison.rows.value.get(ORDERED)).toBeTruthy());
  expect(comparison.comparison.value?.results.map((result) => result.prediction_id)).toEqual([
    CURRENT,
    ORDERED,
  ]);
});

test('a few pages of the history are searched at once, and the next ones on request', async () => {
  let page = 0;
  const asked = serve({
    'GET /api/models': () => catalogue,
    [`GET /api/predict/${CURRENT}`]: () => current,
    [`GET /api/predict/${CURRENT}/rows`]: rows,
    'GET /api/predict': () => {
      page += 1;
      return { predictions: [], next_cursor: page < 4 ? String(page) : null };
    },
  });
  const searches = () => asked.filter((request) => request === 'GET /api/predict').length;
  const comparison = createComparison(CURRENT, 1);
  await comparison.search();
  expect([searches(), comparison.hasMore.value]).toEqual([3, true]);
  await comparison.search();
  expect([searches(), comparison.hasMore.value]).toEqual([4, false]);
});
