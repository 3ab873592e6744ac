import { expect, test } from 'vitest';
import { isPredicted, predictedRow, skippedRow } from '../src/api/rows';
import { patientRow } from './fixtures';

type StoredRow = Parameters<typeof predictedRow>[0];

/** Return the row without these fields, as an older worker stored it. */
function without(row: object, ...names: string[]): StoredRow {
  const fields = Object.entries(row).filter(([name]) => !names.includes(name));
  return Object.fromEntries(fields) as StoredRow;
}

test('a complete row stays unchanged', () => {
  const row = patientRow({ mayo_score: 6.4, contributions: [{ column: 'Age', value: 0.1 }] });
  expect(predictedRow(row)).toEqual(row);
});

test('absent fields of an older row are empty lists or null', () => {
  const newerFields = ['survival', 'median_years', 'mayo_score', 'if_measured', 'measure_first'];
  expect(predictedRow(without(patientRow(), ...newerFields))).toEqual(patientRow());
});

test('contributions in the older format are dropped, not drawn as NaN', () => {
  const stored = { ...patientRow(), contributions: [{ column: 'Age', years: 1 }] };
  expect(predictedRow(stored as unknown as StoredRow).contributions).toEqual([]);
});

test('a row without years was skipped', () => {
  const errors = [{ row: 2, column: 'Age', value: 'x', code: 'not_a_number', message: 'No.' }];
  const stored = { row: 2, id: 'b', years: null, errors };
  expect(isPredicted(stored)).toBe(false);
  expect(skippedRow(stored)).toEqual({ row: 2, id: 'b', errors });
  expect(isPredicted(patientRow())).toBe(true);
});
