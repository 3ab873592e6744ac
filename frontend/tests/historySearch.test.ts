import { expect, test } from 'vitest';
import { isSearching, NO_SEARCH, searchHistory, withNewest } from '../src/lib/historySearch';
import { finishedPrediction } from './fixtures';

const prediction = (id: string, change: Parameters<typeof finishedPrediction>[0] = {}) =>
  finishedPrediction({ prediction_id: id, ...change });

const list = [
  prediction('a', { name: 'Spring clinic', note: 'First visit' }),
  prediction('b', { status: 'failed', prediction_model_id: 'lasso' }),
  prediction('c', { note: 'second VISIT' }),
];
const found = (search: Partial<typeof NO_SEARCH>) =>
  searchHistory(list, { ...NO_SEARCH, ...search }, ({ prediction_id }) => [`${prediction_id}.csv`])
    .map(({ prediction_id }) => prediction_id)
    .join('');

test('every word must occur in the name, the note or another text, in any case', () => {
  expect(found({ words: 'visit' })).toBe('ac');
  expect(found({ words: ' SPRING  first ' })).toBe('a');
  expect(found({ words: 'b.csv' })).toBe('b');
  expect(found({ words: 'spring second' })).toBe('');
  expect(found({})).toBe('abc');
});

test('a word does not match across two texts', () => {
  expect(found({ words: 'clinicfirst' })).toBe('');
});

test('status, model and words are combined', () => {
  expect(found({ status: 'failed' })).toBe('b');
  expect(found({ modelId: 'mayo', words: 'visit' })).toBe('ac');
  expect(found({ modelId: 'mayo', status: 'failed' })).toBe('');
});

test('spaces alone are no search', () => {
  expect(isSearching({ ...NO_SEARCH, words: '  ' })).toBe(false);
  expect(isSearching({ ...NO_SEARCH, status: 'failed' })).toBe(true);
});

const ids = (predictions: ReturnType<typeof withNewest>) =>
  predictions?.map(({ prediction_id, name }) => `${prediction_id}${name ?? ''}`);

test('newer predictions come first, and known ones are shown in their present state', () => {
  const newest = [prediction('n'), prediction('a', { name: ' changed' })];
  expect(ids(withNewest(list, newest))).toEqual(['n', 'a changed', 'b', 'c']);
});

test('if none of the newest is known, there may be others between them and the list', () => {
  expect(withNewest(list, [prediction('n')])).toBeNull();
  expect(ids(withNewest(list, []))).toHaveLength(3);
  expect(ids(withNewest([], [prediction('n')]))).toEqual(['n']);
});
