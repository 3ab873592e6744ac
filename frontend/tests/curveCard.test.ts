import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { finishedPrediction, modelCard } from './fixtures';

const mayo = modelCard('mayo');
const prediction = finishedPrediction({ prediction_model_id: 'mayo', model_version: mayo.version });
let state: typeof import('../src/state/curveCard');
let paths: string[];
let isOffline = false;

beforeEach(async () => {
  paths = [];
  isOffline = false;
  vi.stubGlobal('fetch', async (request: Request) => {
    paths.push(new URL(request.url).pathname);
    if (isOffline) throw new TypeError('offline');
    return new Response(JSON.stringify(mayo));
  });
  vi.resetModules();
  state = await import('../src/state/curveCard');
});

afterEach(() => vi.unstubAllGlobals());

test('the card of a model is loaded once', async () => {
  expect(state.curveCardOf(prediction)).toBe('loading');
  await Promise.all([state.loadCurveCard(prediction), state.loadCurveCard(prediction)]);
  await state.loadCurveCard(prediction);
  expect(paths).toEqual(['/api/models/mayo']);
  expect(state.curveCardOf(prediction)).toEqual(mayo);
});

test('the card of another version says nothing about a result, and is asked for once more', async () => {
  const other = { ...prediction, model_version: '0.9.0' };
  await state.loadCurveCard(prediction);
  await state.loadCurveCard(other);
  await state.loadCurveCard(other);
  expect(state.curveCardOf(other)).toBe('otherVersion');
  expect(paths).toHaveLength(2);
});

test('after a failure, the next call tries again', async () => {
  isOffline = true;
  await state.loadCurveCard(prediction);
  expect(state.curveCardOf(prediction)).toBe('failed');
  isOffline = false;
  const loading = state.loadCurveCard(prediction);
  expect(state.curveCardOf(prediction)).toBe('loading');
  await loading;
  expect(paths).toHaveLength(2);
  expect(state.curveCardOf(prediction)).toEqual(mayo);
});
