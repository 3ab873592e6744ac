import { expect, test } from 'vitest';
import { PRINTED_ROWS_MAX, printedRows } from '../src/lib/printedRows';
import { patientRow } from './fixtures';

const patients = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    patientRow({ row: 1 + index, years: (count - index) / 1000 }),
  );

test('up to a thousand patients are printed in the order of the table', () => {
  const arranged = patients(PRINTED_ROWS_MAX);
  expect(printedRows(arranged)).toBe(arranged);
});

test('of more patients, those with the lowest estimates are printed in ascending order', () => {
  const printed = printedRows(patients(5000));
  expect(printed).toHaveLength(PRINTED_ROWS_MAX);
  expect(printed[0]?.row).toBe(5000);
});
