import { expect, test } from 'vitest';
import { offeredActions } from '../src/lib/predictionActions';
import { catalogueModel, finishedPrediction } from './fixtures';

const model = catalogueModel({ coins: 20 });

test('what has ended can be run again at the price of today, and its files deleted', () => {
  const prediction = finishedPrediction({ cost: 100 });
  expect(offeredActions(prediction, model)).toEqual({
    cancel: false,
    retryPrice: 20,
    deleteFiles: true,
  });
});

test.each(['queued', 'running', 'archived'])(
  'what is %s can only be cancelled if it waits',
  (status) => {
    const prediction = finishedPrediction({ status, is_finished: false });
    expect(offeredActions(prediction, model)).toEqual({
      cancel: status === 'queued',
      retryPrice: null,
      deleteFiles: false,
    });
  },
);

test('without files there is nothing left to do', () => {
  const prediction = finishedPrediction({ files_deleted_at: '2026-01-02T03:04:05Z' });
  expect(offeredActions(prediction, model)).toEqual({
    cancel: false,
    retryPrice: null,
    deleteFiles: false,
  });
});

test('only what may succeed is offered to be run again', () => {
  const retryPrice = (status: string, of: typeof model | null) =>
    offeredActions(finishedPrediction({ status }), of).retryPrice;
  expect(retryPrice('failed', model)).toBe(20);
  expect(retryPrice('cancelled', model)).toBe(20);
  expect(retryPrice('rejected', model)).toBeNull();
  expect(retryPrice('failed', catalogueModel({ enabled: false }))).toBeNull();
  expect(retryPrice('failed', null)).toBeNull();
});
