import { afterEach, expect, test, vi } from 'vitest';
import { createPredictionWatch } from '../src/state/predictionWatch';
import { finishedPrediction } from './fixtures';

afterEach(() => vi.unstubAllGlobals());

const queued = finishedPrediction({ status: 'queued', is_finished: false, is_success: false });

test('what was learned otherwise is newer than an answer that is still on its way', async () => {
  let answer = (_: Response) => {};
  const fetcher = vi.fn(() => new Promise<Response>((resolve) => (answer = resolve)));
  vi.stubGlobal('fetch', fetcher);
  const watch = createPredictionWatch(queued.prediction_id);
  watch.start();
  await vi.waitFor(() => expect(fetcher).toHaveBeenCalled());
  watch.learn(finishedPrediction({ status: 'cancelled' }));
  expect(watch.phase.value).toBe('ended');

  answer(new Response(JSON.stringify(queued)));
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(watch.prediction.value?.status).toBe('cancelled');
  expect(watch.phase.value).toBe('ended');
  expect(fetcher).toHaveBeenCalledTimes(1);
});

test('learning what has not ended leaves the waiting as it is', () => {
  const watch = createPredictionWatch(queued.prediction_id);
  watch.learn(queued);
  expect(watch.prediction.value?.status).toBe('queued');
  expect(watch.phase.value).toBe('waiting');
});
