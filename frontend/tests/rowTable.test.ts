import { expect, test } from 'vitest';
import {
  type Arrangement,
  arrangeRows,
  NO_FILTER,
  pageCount,
  pageOf,
  ROWS_PER_PAGE,
} from '../src/lib/rowTable';
import { patientRow } from './fixtures';

const patient = (row: number, id: string | null, years: number, lower = 0) =>
  patientRow({ row, id, years, lower });

const patients = [patient(1, 'P10', 4, 1), patient(2, 'P9', 7, 3), patient(3, 'p100', 4, 2)];
const fileOrder: Arrangement = {
  sortBy: 'row',
  descending: false,
  idFilter: '',
  ...NO_FILTER,
};
const numbers = (arrangement: Partial<Arrangement>, rows = patients) =>
  arrangeRows(rows, { ...fileOrder, ...arrangement }).map((row) => row.row);

test('equal years keep the order of the file, in both directions', () => {
  expect(numbers({ sortBy: 'years' })).toEqual([1, 3, 2]);
  expect(numbers({ sortBy: 'years', descending: true })).toEqual([2, 1, 3]);
});

test('IDs are sorted in natural order', () => {
  expect(numbers({ sortBy: 'id' })).toEqual([2, 1, 3]);
});

test('intervals are sorted by their lower limit', () => {
  expect(numbers({ sortBy: 'interval', descending: true })).toEqual([2, 3, 1]);
});

test('the search finds parts of IDs and ignores case', () => {
  expect(numbers({ idFilter: ' p10 ' })).toEqual([1, 3]);
  expect(numbers({ idFilter: 'x' })).toEqual([]);
});

test('a file without IDs is searched by row number', () => {
  const rowsWithoutId = [patient(1, null, 1), patient(2, null, 1), patient(12, null, 1)];
  expect(numbers({ idFilter: '2' }, rowsWithoutId)).toEqual([2, 12]);
});

test('a range has its lower limit and not its upper one, and the last one has none', () => {
  expect(numbers({ range: { from: 4, to: 7 } })).toEqual([1, 3]);
  expect(numbers({ range: { from: 0, to: 4 } })).toEqual([]);
  expect(numbers({ range: { from: 6, to: null } })).toEqual([2]);
});

test('the filters by missing and by unusual values are combined with the others', () => {
  const above = { column: 'Age', direction: 'above' as const };
  const rows = [
    patientRow({ row: 1, years: 1, imputed: ['Copper'] }),
    patientRow({ row: 2, years: 2, imputed: ['Copper'], out_of_range: [above] }),
    patientRow({ row: 3, years: 3, out_of_range: [above] }),
  ];
  expect(numbers({ imputed: true }, rows)).toEqual([1, 2]);
  expect(numbers({ imputed: true, outOfRange: true }, rows)).toEqual([2]);
  expect(numbers({ outOfRange: true, range: { from: 3, to: null } }, rows)).toEqual([3]);
});

test('arranging does not change the rows of the result', () => {
  numbers({ sortBy: 'years', descending: true });
  expect(patients.map((row) => row.row)).toEqual([1, 2, 3]);
});

test('rows are divided into pages', () => {
  const items = Array.from({ length: 250 }, (_, index) => index);
  expect(ROWS_PER_PAGE).toBeLessThanOrEqual(200);
  expect(pageCount(items.length)).toBe(3);
  expect(pageOf(items, 0)).toHaveLength(ROWS_PER_PAGE);
  expect(pageOf(items, 2)).toEqual(items.slice(200));
  expect(pageCount(0)).toBe(1);
});
