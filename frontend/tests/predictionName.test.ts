import { expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { cleanText, lengthOf, predictionName } from '../src/lib/predictionName';
import { finishedPrediction } from './fixtures';

const nameOf = (change: Parameters<typeof finishedPrediction>[0]) =>
  predictionName(finishedPrediction(change), en);

test('the own name comes before the file', () => {
  expect(nameOf({ name: 'Spring clinic' })).toBe('Spring clinic');
  expect(nameOf({})).toBe('patients.csv');
});

test('a deleted file is told from a file that never had a name', () => {
  expect(nameOf({ file_name: null })).toBe(en.history.untitled);
  const files_deleted_at = '2026-01-02T03:04:05Z';
  expect(nameOf({ file_name: null, files_deleted_at })).toBe(en.history.deletedFile);
});

test('a typed text gets one line and loses what the API refuses', () => {
  expect(cleanText('  first\r\n visit\t2 ')).toBe('first visit 2');
  expect(cleanText('a\u200bb\u202e\u0007 \ud800')).toBe('ab');
  expect(cleanText('⚠\ufe0f naïve “Ж” 🙂')).toBe('⚠ naïve “Ж” 🙂');
});

test('the length counts characters as the API does', () => {
  expect(lengthOf('  first\r\n visit 🙂 ')).toBe(13);
});
