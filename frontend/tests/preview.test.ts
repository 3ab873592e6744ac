import { expect, test } from 'vitest';
import { previewOf } from '../src/lib/preview';
import { dryRun } from './fixtures';

const columns = [
  { header: 'Ward', column: null },
  { header: 'Bilirubin [umol/L]', column: 'Bilirubin' },
];
const high = { row: 2, column: 'Bilirubin', value: 'high', code: 'not_a_number', message: 'No.' };
const short = { row: 2, column: null, value: null, code: 'cell_count', message: 'Short.' };
const late = { ...high, row: 70 };

const report = dryRun({
  errors: [high, short, late],
  preview: {
    columns,
    rows: [
      { row: 1, cells: ['7', '20'] },
      { row: 2, cells: ['7', 'high'] },
    ],
  },
});

test('a finding stands at its row and marks its cell, wherever the column is in the file', () => {
  const [good, bad] = previewOf(report).rows;
  expect(good).toMatchObject({ findings: [], wrong: new Set() });
  expect(bad).toMatchObject({ findings: [high, short], wrong: new Set([1]) });
});

test('findings of rows that are not shown are kept apart', () => {
  expect(previewOf(report).rest).toEqual([late]);
});
