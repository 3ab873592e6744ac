import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { createApi } from '../src/api/endpoints';
import { EXAMPLE_IDS, withExample } from '../src/api/example';
import { availableActions } from '../src/lib/predictionActions';
import { addresses, parseHash, showsExample } from '../src/lib/routes';

const BASE = 'http://page.test/somewhere/';
const PUBLIC = new URL('../public/', import.meta.url);

const files = async (request: Request) =>
  new Response(readFileSync(new URL(request.url.slice(BASE.length), PUBLIC)));
const offline = vi.fn(async (): Promise<Response> => {
  throw new TypeError('offline');
});
const api = createApi(BASE, offline, withExample(BASE, files, offline), offline);

test.each(EXAMPLE_IDS)('the result %s is read from files, without the API', async (id) => {
  const prediction = await api.prediction(id);
  expect(prediction).toMatchObject({ prediction_id: id, status: 'succeeded', rows: 10 });
  const all = await api.rows(id, 0);
  expect(all.rows.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(all.next_offset).toBeNull();
  expect((await api.cohort(id)).summary).toEqual(prediction.summary);
  expect(await api.download(id)).toMatchObject({ url: `${BASE}example/${id}/result.csv` });
  expect(offline).not.toHaveBeenCalled();
});

test('a page of rows is a part of the file', async () => {
  const [id] = EXAMPLE_IDS;
  const fourth = await api.rows(id, 3, 1);
  expect(fourth).toMatchObject({ offset: 3, total: 10, next_offset: 4 });
  expect(fourth.rows.map(({ row }) => row)).toEqual([4]);
  expect((await api.rows(id, 8, 5)).next_offset).toBeNull();
  expect((await api.rows(id, 10, 1)).rows).toEqual([]);
});

test('the requests for other predictions, and all that change one, go to the API', async () => {
  offline.mockClear();
  await expect(api.prediction('0'.repeat(32))).rejects.toThrow();
  await expect(api.prediction('example-unknown')).rejects.toThrow();
  await expect(api.deleteFiles(EXAMPLE_IDS[0])).rejects.toThrow();
  await expect(api.retry(EXAMPLE_IDS[0], 'key')).rejects.toThrow();
  expect(offline).toHaveBeenCalledTimes(4);
});

test('the example has an address that needs no account, and no actions', async () => {
  const route = parseHash(addresses.example);
  expect(route).toEqual({ name: 'prediction', id: EXAMPLE_IDS[0] });
  if (route.name !== 'prediction') throw new Error(route.name);
  expect(showsExample(route)).toBe(true);
  expect(showsExample({ name: 'patient', id: EXAMPLE_IDS[1], row: 3 })).toBe(true);
  expect(showsExample({ name: 'prediction', id: '0'.repeat(32) })).toBe(false);
  expect(showsExample({ name: 'new' })).toBe(false);
  expect(parseHash('#/predictions/example-unknown').name).toBe('invalidPrediction');
  expect(availableActions(await api.prediction(EXAMPLE_IDS[0]), null)).toEqual({
    describe: false,
    cancel: false,
    retryPrice: null,
    deleteFiles: false,
  });
});
