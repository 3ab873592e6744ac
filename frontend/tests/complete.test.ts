import { expect, test } from 'vitest';
import { completeRow, isPredicted, skippedRow } from '../src/api/complete';
import { patientRow } from './fixtures';

type Sent = Parameters<typeof completeRow>[0];

/** The same without these fields, as an older worker wrote it. */
function without(whole: object, ...names: string[]): Sent {
  const kept = Object.entries(whole).filter(([name]) => !names.includes(name));
  return Object.fromEntries(kept) as Sent;
}

test('what is there stays', () => {
  const row = patientRow({ mayo_score: 6.4, contributions: [{ column: 'Age', value: 0.1 }] });
  expect(completeRow(row)).toEqual(row);
});

test('of an older row absent lists are empty and absent values null', () => {
  const newer = ['survival', 'median_years', 'mayo_score', 'if_measured', 'measure_first'];
  expect(completeRow(without(patientRow(), ...newer))).toEqual(patientRow());
});

test('contributions by their older name are left out, not drawn as NaN', () => {
  const sent = { ...patientRow(), contributions: [{ column: 'Age', years: 1 }] };
  expect(completeRow(sent as unknown as Sent).contributions).toEqual([]);
});

test('a patient without years was skipped', () => {
  const errors = [{ row: 2, column: 'Age', value: 'x', code: 'not_a_number', message: 'No.' }];
  const sent = { row: 2, id: 'b', years: null, errors };
  expect(isPredicted(sent)).toBe(false);
  expect(skippedRow(sent)).toEqual({ row: 2, id: 'b', errors });
  expect(isPredicted(patientRow())).toBe(true);
});
