import { expect, test } from 'vitest';
import type { Prediction } from '../src/api/types';
import { readingOf } from '../src/lib/reading';
import { receiptFile } from '../src/lib/receipt';
import { catalogueModel, finishedPrediction } from './fixtures';

type Receipt = NonNullable<Prediction['receipt']>;

const older = finishedPrediction({ horizon_years: null, contribution_scale: null });

test('a result is read as it says itself, even if the model has changed since', () => {
  const model = catalogueModel({ horizon_years: 9, contribution_scale: 'years' });
  expect(readingOf(finishedPrediction(), model)).toMatchObject({ horizon: 7, scale: 'score' });
});

test('an older result is read as its model says', () => {
  const model = catalogueModel({ horizon_years: 9, interval_level: 0.9 });
  expect(readingOf(older, model)).toEqual({
    horizon: 9,
    level: 0.9,
    scale: 'score',
    bandLevel: null,
  });
});

test('an older result of a withdrawn model is in years within 8', () => {
  expect(readingOf(older, null)).toEqual({
    horizon: 8,
    level: 0.8,
    scale: 'years',
    bandLevel: null,
  });
});

test('a receipt is kept as it came, under a short name', () => {
  const receipt = { format: 1, rows: 10, model_id: 'mayo' } as Receipt;
  const file = receiptFile(finishedPrediction({ receipt }));
  expect(file?.name).toBe('receipt-01234567.json');
  expect(JSON.parse(file?.content ?? '')).toEqual(receipt);
  expect(receiptFile(finishedPrediction())).toBeNull();
});
