import { expect, test } from 'vitest';
import { previewOf } from '../src/lib/preview';
import { dryRun, previewColumn } from './fixtures';

const columns = [previewColumn('Ward', null), previewColumn('Bilirubin [umol/L]', 'Bilirubin')];
const notANumber = {
  row: 2,
  column: 'Bilirubin',
  value: 'high',
  code: 'not_a_number',
  message: 'No.',
};
const cellCount = { row: 2, column: null, value: null, code: 'cell_count', message: 'Short.' };
const inOtherRow = { ...notANumber, row: 70 };
const aboutColumn = { ...notANumber, row: null, code: 'unit_suspected' };

const report = dryRun({
  errors: [aboutColumn, notANumber, cellCount, inOtherRow],
  preview: {
    columns,
    rows: [
      { row: 1, cells: ['7', '20'] },
      { row: 2, cells: ['7', 'high'] },
    ],
  },
});

test('findings are at their rows and mark their cells', () => {
  const [good, bad] = previewOf(report).rows;
  expect(good).toMatchObject({ findings: [], wrongCells: new Set() });
  expect(bad).toMatchObject({ findings: [notANumber, cellCount], wrongCells: new Set([1]) });
});

test('findings in rows that are not shown are listed separately, and those about columns elsewhere', () => {
  expect(previewOf(report).otherFindings).toEqual([inOtherRow]);
});
