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
  await Promise.all([state.loadCurveCard('mayo'), state.loadCurveCard('mayo')]);
  await state.loadCurveCard('mayo');
  expect(paths).toEqual(['/api/models/mayo']);
  expect(state.curveCardOf(prediction)).toEqual(mayo);
});

test('the card of another version says nothing about a result', async () => {
  await state.loadCurveCard('mayo');
  expect(state.curveCardOf({ ...prediction, model_version: '0.9.0' })).toBe('otherVersion');
});

test('after a failure, the next call tries again', async () => {
  isOffline = true;
  await state.loadCurveCard('mayo');
  expect(state.curveCardOf(prediction)).toBe('failed');
  isOffline = false;
  await state.loadCurveCard('mayo');
  expect(paths).toHaveLength(2);
  expect(state.curveCardOf(prediction)).toEqual(mayo);
});
