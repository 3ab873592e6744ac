import { expect, test } from 'vitest';
import type { Prediction } from '../src/api/types';
import { receiptFile } from '../src/lib/receipt';
import { resultParametersOf } from '../src/lib/resultParameters';
import { catalogueModel, finishedPrediction } from './fixtures';

type Receipt = NonNullable<Prediction['receipt']>;

const olderResult = finishedPrediction({
  horizon_years: null,
  contribution_scale: null,
  interval_quantiles: null,
});

test('the parameters of a result come before those of the current model', () => {
  const model = catalogueModel({ horizon_years: 9, contribution_scale: 'years' });
  expect(resultParametersOf(finishedPrediction(), model)).toMatchObject({
    horizon: 7,
    scale: 'score',
  });
});

test('an older result has the parameters of its model', () => {
  const model = catalogueModel({ horizon_years: 9 });
  expect(resultParametersOf(olderResult, model)).toMatchObject({ horizon: 9, scale: 'score' });
});

test('the quantiles of the intervals are those of the result', () => {
  const result = finishedPrediction({ interval_quantiles: [0.05, 0.95] });
  expect(resultParametersOf(result, catalogueModel()).intervalQuantiles).toEqual([0.05, 0.95]);
  expect(resultParametersOf(olderResult, catalogueModel()).intervalQuantiles).toBeNull();
});

test('an older result of a withdrawn model has default parameters', () => {
  expect(resultParametersOf(olderResult, null)).toEqual({
    horizon: 8,
    intervalQuantiles: null,
    modelVersion: '1.0.0',
    hasCurve: true,
    scale: 'years',
    bandLevel: null,
    units: {},
  });
});

test('a receipt becomes a file with the unchanged content and a short name', () => {
  const receipt = { format: 1, rows: 10, model_id: 'mayo' } as Receipt;
  const file = receiptFile(finishedPrediction({ receipt }));
  expect(file?.name).toBe('receipt-01234567.json');
  expect(JSON.parse(file?.content ?? '')).toEqual(receipt);
  expect(receiptFile(finishedPrediction())).toBeNull();
});
