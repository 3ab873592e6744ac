import { expect, test } from 'vitest';
import { axisTicks, placeContribution, placeInterval, placeOnAxis } from '../src/lib/axis';

test('years are converted to per cent of the axis', () => {
  expect(placeOnAxis(0, 8)).toBe(0);
  expect(placeOnAxis(2, 8)).toBe(25);
  expect(placeOnAxis(8, 8)).toBe(100);
});

test('positions are clamped to the axis', () => {
  expect(placeOnAxis(-1, 8)).toBe(0);
  expect(placeOnAxis(9, 8)).toBe(100);
  expect(placeOnAxis(Number.NaN, 8)).toBeNaN();
  expect(placeOnAxis(1, 0)).toBe(0);
});

test('a closed interval ends at its upper limit', () => {
  const place = placeInterval({ years: 4, lower: 2, upper: 6, upper_open: false }, 8);
  expect(place).toEqual({ start: 25, end: 75, point: 50, open: false });
});

test('an open interval reaches the end of the axis whatever its upper limit', () => {
  const place = placeInterval({ years: 7, lower: 6, upper: 7.9, upper_open: true }, 8);
  expect(place).toMatchObject({ end: 100, open: true });
});

test('an interval at the horizon has no width, and the estimate may lie left of it', () => {
  const place = placeInterval({ years: 6, lower: 8, upper: 8, upper_open: true }, 8);
  expect(place).toEqual({ start: 100, end: 100, point: 75, open: true });
});

test('an interval never has a negative width', () => {
  const place = placeInterval({ years: 4, lower: 5, upper: 3, upper_open: false }, 8);
  expect(place.end).toBe(place.start);
});

test('ticks are at whole years', () => {
  expect(axisTicks(8)).toEqual([0, 2, 4, 6, 8]);
  expect(axisTicks(3)).toEqual([0, 1, 2, 3]);
});

test('the end of the axis always has a tick', () => {
  expect(axisTicks(7)).toEqual([0, 2, 4, 6, 7]);
});

test('bars of contributions start in the middle and extend to their side', () => {
  expect(placeContribution(2, 2)).toEqual({ start: 50, width: 50 });
  expect(placeContribution(-1, 2)).toEqual({ start: 25, width: 25 });
  expect(placeContribution(0, 0)).toEqual({ start: 50, width: 0 });
});
