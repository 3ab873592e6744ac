import { expect, test } from 'vitest';
import { estimateSecondsLeft, roundDuration } from '../src/lib/timeLeft';

test('the remaining rows take as long per row as those that are done', () => {
  const first = { rowsDone: 1_000, atMs: 0 };
  expect(estimateSecondsLeft(first, { rowsDone: 3_000, atMs: 2_000 }, 10_000)).toBe(7);
  expect(estimateSecondsLeft(first, { rowsDone: 10_000, atMs: 9_000 }, 10_000)).toBe(0);
});

test('the time is unknown until the speed can be measured', () => {
  const first = { rowsDone: 0, atMs: 0 };
  expect(estimateSecondsLeft(first, first, 10)).toBeNull();
  expect(estimateSecondsLeft(first, { rowsDone: 5, atMs: 900 }, 10)).toBeNull();
  expect(estimateSecondsLeft(first, { rowsDone: 0, atMs: 60_000 }, 10)).toBeNull();
});

test('the time is unknown if more rows are done than were estimated', () => {
  expect(
    estimateSecondsLeft({ rowsDone: 0, atMs: 0 }, { rowsDone: 12, atMs: 5_000 }, 10),
  ).toBeNull();
});

test.each([
  [0, 1, 'second'],
  [3.2, 4, 'second'],
  [21, 25, 'second'],
  [90, 90, 'second'],
  [91, 2, 'minute'],
  [150, 3, 'minute'],
])('%s seconds are rounded to %s %ss', (seconds, value, unit) => {
  expect(roundDuration(seconds)).toEqual({ value, unit });
});
