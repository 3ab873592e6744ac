import { expect, test } from 'vitest';
import type { Prediction } from '../src/api/types';
import { receiptFile } from '../src/lib/receipt';
import { resultParametersOf } from '../src/lib/resultParameters';
import { catalogueModel, finishedPrediction } from './fixtures';

type Receipt = NonNullable<Prediction['receipt']>;

const olderResult = finishedPrediction({ horizon_years: null, contribution_scale: null });

test('the parameters of a result come before those of the current model', () => {
  const model = catalogueModel({ horizon_years: 9, contribution_scale: 'years' });
  expect(resultParametersOf(finishedPrediction(), model)).toMatchObject({
    horizon: 7,
    scale: 'score',
  });
});

test('an older result has the parameters of its model', () => {
  const model = catalogueModel({ horizon_years: 9, interval_level: 0.9 });
  expect(resultParametersOf(olderResult, model)).toEqual({
    horizon: 9,
    intervalLevel: 0.9,
    scale: 'score',
    bandLevel: null,
  });
});

test('an older result of a withdrawn model has default parameters', () => {
  expect(resultParametersOf(olderResult, null)).toEqual({
    horizon: 8,
    intervalLevel: 0.8,
    scale: 'years',
    bandLevel: null,
  });
});

test('a receipt becomes a file with the unchanged content and a short name', () => {
  const receipt = { format: 1, rows: 10, model_id: 'mayo' } as Receipt;
  const file = receiptFile(finishedPrediction({ receipt }));
  expect(file?.name).toBe('receipt-01234567.json');
  expect(JSON.parse(file?.content ?? '')).toEqual(receipt);
  expect(receiptFile(finishedPrediction())).toBeNull();
});
