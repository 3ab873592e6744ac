import { expect, test } from 'vitest';
import type { Prediction } from '../src/api/types';
import { comparisonOf } from '../src/lib/comparison';
import { catalogueModel, finishedPrediction } from './fixtures';

const models = ['mayo', 'lasso', 'cox-lasso'].map((id) => catalogueModel({ id }));
const READING = {
  units: 'stated',
  decimal: null,
  missing: null,
  columns: {},
  column_units: {},
  column_values: {},
};

function result(
  prediction_id: string,
  prediction_model_id: string,
  change: Partial<Prediction> = {},
  receipt: object = {},
): Prediction {
  const whole = { input_sha256: 'a'.repeat(64), ...READING, ...receipt };
  return finishedPrediction({
    prediction_id,
    prediction_model_id,
    receipt: whole as Prediction['receipt'],
    ...change,
  });
}

function ids(predictions: readonly { prediction_id: string }[]): string[] {
  return predictions.map(({ prediction_id }) => prediction_id);
}

const current = result('current', 'lasso');

test('results of the same file are compared in the order of the catalogue, and the other models offered', () => {
  const { results, offers } = comparisonOf(current, [result('m', 'mayo')], models);
  expect(ids(results)).toEqual(['m', 'current']);
  expect(offers.map(({ id }) => id)).toEqual(['cox-lasso']);
});

test.each([
  ['another file', result('x', 'mayo', {}, { input_sha256: 'b'.repeat(64) })],
  ['other units', result('x', 'mayo', {}, { units: 'si' })],
  ['other columns', result('x', 'mayo', {}, { columns: { bili: 'Bilirubin' } })],
  ['deleted files', result('x', 'mayo', { files_deleted_at: '2026-01-02T03:04:05Z' })],
  ['no result', result('x', 'mayo', { is_success: false })],
  ['no receipt', result('x', 'mayo', { receipt: null })],
])('a prediction with %s is not compared', (_why, other) => {
  const { results, offers } = comparisonOf(current, [other], models);
  expect(ids(results)).toEqual(['current']);
  expect(offers.map(({ id }) => id)).toEqual(['mayo', 'cox-lasso']);
});

test('the order of the answers about columns does not matter', () => {
  const one = result('one', 'lasso', {}, { columns: { a: 'Age', b: 'Bilirubin' } });
  const other = result('other', 'mayo', {}, { columns: { b: 'Bilirubin', a: 'Age' } });
  expect(ids(comparisonOf(one, [other], models).results)).toEqual(['other', 'one']);
});

test('the newest result of another model counts, and the shown prediction for its own', () => {
  const found = [result('newer', 'lasso'), result('new', 'mayo'), result('old', 'mayo'), current];
  expect(ids(comparisonOf(current, found, models).results)).toEqual(['new', 'current']);
});

test('a repeat that has not ended is shown and not offered again', () => {
  const running = { is_finished: false, is_success: false, receipt: null };
  const repeat = result('r', 'mayo', { ...running, retry_of: 'current' });
  const stranger = result('s', 'cox-lasso', { ...running, retry_of: 'elsewhere' });
  const compared = comparisonOf(current, [repeat, stranger], models);
  expect(ids(compared.running)).toEqual(['r']);
  expect(compared.offers.map(({ id }) => id)).toEqual(['cox-lasso']);
});

test('a model that is switched off is not offered, and one that was withdrawn comes last', () => {
  const off = [catalogueModel({ id: 'mayo', enabled: false }), catalogueModel({ id: 'lasso' })];
  const compared = comparisonOf(result('old', 'withdrawn'), [result('l', 'lasso')], off);
  expect(ids(compared.results)).toEqual(['l', 'old']);
  expect(compared.offers).toEqual([]);
});

test('nothing is offered for a prediction without a receipt, whose file is not known', () => {
  const { results, offers } = comparisonOf(result('x', 'lasso', { receipt: null }), [], models);
  expect([results, offers]).toEqual([[], []]);
});
