import { expect, test } from 'vitest';
import { PRINTED_ROWS_MAX, printedRows } from '../src/lib/printedRows';
import { patientRow } from './fixtures';

const patients = (count: number, first = 1) =>
  Array.from({ length: count }, (_, index) =>
    patientRow({ row: first + index, years: (count - index) / 1000 }),
  );

test('up to a thousand patients are printed as they are arranged', () => {
  const arranged = patients(PRINTED_ROWS_MAX);
  expect(printedRows({ arranged, total: PRINTED_ROWS_MAX, sickest: patients(3) })).toBe(arranged);
});

test('of a large result the patients with the fewest years are printed, from the whole of it', () => {
  const sickest = patients(PRINTED_ROWS_MAX, 50_001);
  const printed = printedRows({ arranged: patients(5000), total: 1_000_000, sickest });
  expect(printed).toHaveLength(PRINTED_ROWS_MAX);
  expect(printed[0]).toBe(sickest.at(-1));
});

test('without the list of the whole result, those of the loaded rows', () => {
  const printed = printedRows({ arranged: patients(5000), total: 12_000, sickest: [] });
  expect(printed).toHaveLength(PRINTED_ROWS_MAX);
  expect(printed[0]?.row).toBe(5000);
});
