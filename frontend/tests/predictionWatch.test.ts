import { afterEach, expect, test, vi } from 'vitest';
import { createPredictionWatch } from '../src/state/predictionWatch';
import { finishedPrediction } from './fixtures';

afterEach(() => vi.unstubAllGlobals());

const queued = finishedPrediction({ status: 'queued', is_finished: false, is_success: false });

test('an earlier poll that responds after an update does not overwrite it', async () => {
  let respond = (_: Response) => {};
  const fetcher = vi.fn(() => new Promise<Response>((resolve) => (respond = resolve)));
  vi.stubGlobal('fetch', fetcher);
  const watch = createPredictionWatch(queued.prediction_id);
  watch.start();
  await vi.waitFor(() => expect(fetcher).toHaveBeenCalled());
  watch.update(finishedPrediction({ status: 'cancelled' }));
  expect(watch.phase.value).toBe('ended');

  respond(new Response(JSON.stringify(queued)));
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(watch.prediction.value?.status).toBe('cancelled');
  expect(watch.phase.value).toBe('ended');
  expect(fetcher).toHaveBeenCalledTimes(1);
});

test('an update with a prediction that has not ended does not stop the polling', () => {
  const watch = createPredictionWatch(queued.prediction_id);
  watch.update(queued);
  expect(watch.prediction.value?.status).toBe('queued');
  expect(watch.phase.value).toBe('waiting');
});
