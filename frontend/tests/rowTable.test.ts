import { expect, test } from 'vitest';
import {
  type Arrangement,
  arrangeRows,
  pageCount,
  pageOf,
  ROWS_PER_PAGE,
} from '../src/lib/rowTable';
import { patientRow } from './fixtures';

const patient = (row: number, id: string | null, years: number, lower = 0) =>
  patientRow({ row, id, years, lower });

const patients = [patient(1, 'P10', 4, 1), patient(2, 'P9', 7, 3), patient(3, 'p100', 4, 2)];
const fileOrder: Arrangement = { sortBy: 'row', descending: false, idFilter: '' };
const numbers = (arrangement: Partial<Arrangement>, rows = patients) =>
  arrangeRows(rows, { ...fileOrder, ...arrangement }).map((row) => row.row);

test('sorting by years keeps the order of the file among equals, in both directions', () => {
  expect(numbers({ sortBy: 'years' })).toEqual([1, 3, 2]);
  expect(numbers({ sortBy: 'years', descending: true })).toEqual([2, 1, 3]);
});

test('IDs are sorted as people count', () => {
  expect(numbers({ sortBy: 'id' })).toEqual([2, 1, 3]);
});

test('intervals are sorted by their lower end', () => {
  expect(numbers({ sortBy: 'interval', descending: true })).toEqual([2, 3, 1]);
});

test('the search looks for a part of the ID, whatever its case', () => {
  expect(numbers({ idFilter: ' p10 ' })).toEqual([1, 3]);
  expect(numbers({ idFilter: 'x' })).toEqual([]);
});

test('a file without IDs is searched by row number', () => {
  const nameless = [patient(1, null, 1), patient(2, null, 1), patient(12, null, 1)];
  expect(numbers({ idFilter: '2' }, nameless)).toEqual([2, 12]);
});

test('arranging leaves the rows of the result alone', () => {
  numbers({ sortBy: 'years', descending: true });
  expect(patients.map((row) => row.row)).toEqual([1, 2, 3]);
});

test('never more than one page is drawn', () => {
  const many = Array.from({ length: 250 }, (_, index) => index);
  expect(ROWS_PER_PAGE).toBeLessThanOrEqual(200);
  expect(pageCount(many.length)).toBe(3);
  expect(pageOf(many, 0)).toHaveLength(ROWS_PER_PAGE);
  expect(pageOf(many, 2)).toEqual(many.slice(200));
  expect(pageCount(0)).toBe(1);
});
