import { expect, test } from 'vitest';
import { decimalMarks, numberWithMark } from '../src/lib/reading';

test.each([
  ['1,650', 1.65, 1650],
  ['1.650,5', 1650.5, null],
  ['1,9', 1.9, null],
  ['-9', -9, -9],
  ['12.5', null, 12.5],
  ['1,650,000', null, 1_650_000],
  ['high', null, null],
  ['', null, null],
])('%s with a decimal comma, and with a decimal point', (text, comma, point) => {
  expect(numberWithMark(text, ',')).toBe(comma);
  expect(numberWithMark(text, '.')).toBe(point);
});

test('only decimal marks that can work are offered, and both if the service names none', () => {
  const marks = (allowed?: string[]) =>
    decimalMarks({ code: 'decimal_unclear', ...(allowed && { allowed }) });
  expect(marks()).toEqual([',', '.']);
  expect(marks(['.', ','])).toEqual([',', '.']);
  expect(marks(['.'])).toEqual(['.']);
  expect(marks([])).toEqual([]);
});
