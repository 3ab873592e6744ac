import { expect, test } from 'vitest';
import { availableActions } from '../src/lib/predictionActions';
import { catalogueModel, finishedPrediction } from './fixtures';

const model = catalogueModel({ coins: 20 });

test('a prediction that has ended can be run again at the current price, and its files deleted', () => {
  const prediction = finishedPrediction({ cost: 100 });
  expect(availableActions(prediction, model)).toEqual({
    describe: true,
    cancel: false,
    retryPrice: 20,
    deleteFiles: true,
  });
});

test.each(['queued', 'running', 'archived'])(
  'a prediction with the status %s can be cancelled only if it is queued',
  (status) => {
    const prediction = finishedPrediction({ status, is_finished: false });
    expect(availableActions(prediction, model)).toEqual({
      describe: true,
      cancel: status === 'queued',
      retryPrice: null,
      deleteFiles: false,
    });
  },
);

test('a prediction without files has no actions', () => {
  const prediction = finishedPrediction({ files_deleted_at: '2026-01-02T03:04:05Z' });
  expect(availableActions(prediction, model)).toEqual({
    describe: false,
    cancel: false,
    retryPrice: null,
    deleteFiles: false,
  });
});

test('a prediction can be run again only if it may succeed', () => {
  const retryPrice = (status: string, currentModel: typeof model | null) =>
    availableActions(finishedPrediction({ status }), currentModel).retryPrice;
  expect(retryPrice('failed', model)).toBe(20);
  expect(retryPrice('cancelled', model)).toBe(20);
  expect(retryPrice('rejected', model)).toBeNull();
  expect(retryPrice('failed', catalogueModel({ enabled: false }))).toBeNull();
  expect(retryPrice('failed', null)).toBeNull();
});
