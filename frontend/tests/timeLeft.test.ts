import { expect, test } from 'vitest';
import { rounded, secondsLeft } from '../src/lib/timeLeft';

test('what is left takes as long as what was done, row for row', () => {
  const first = { rowsDone: 1_000, atMs: 0 };
  expect(secondsLeft(first, { rowsDone: 3_000, atMs: 2_000 }, 10_000)).toBe(7);
  expect(secondsLeft(first, { rowsDone: 10_000, atMs: 9_000 }, 10_000)).toBe(0);
});

test('nothing is promised before there is a pace', () => {
  const first = { rowsDone: 0, atMs: 0 };
  expect(secondsLeft(first, first, 10)).toBeNull();
  expect(secondsLeft(first, { rowsDone: 5, atMs: 900 }, 10)).toBeNull();
  expect(secondsLeft(first, { rowsDone: 0, atMs: 60_000 }, 10)).toBeNull();
});

test('an estimated number of rows that turns out too low gives no negative time', () => {
  expect(secondsLeft({ rowsDone: 0, atMs: 0 }, { rowsDone: 12, atMs: 5_000 }, 10)).toBeNull();
});

test.each([
  [0, 1, 'second'],
  [3.2, 4, 'second'],
  [21, 25, 'second'],
  [90, 90, 'second'],
  [91, 2, 'minute'],
  [150, 3, 'minute'],
])('%s seconds are said as %s %ss', (seconds, value, unit) => {
  expect(rounded(seconds)).toEqual({ value, unit });
});
