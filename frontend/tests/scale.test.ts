import { expect, test } from 'vitest';
import { linearScale, niceAxisEnd } from '../src/lib/scale';

test('a scale maps the domain linearly to positions', () => {
  const x = linearScale([0, 8], [40, 440]);
  expect([0, 2, 8].map(x)).toEqual([40, 140, 440]);
  const y = linearScale([0, 1], [200, 20]);
  expect([0, 0.5, 1].map(y)).toEqual([200, 110, 20]);
});

test('an empty domain is mapped to the start', () => {
  expect(linearScale([0, 0], [40, 440])(0)).toBe(40);
  expect(linearScale([0, 0], [40, 440]).ticks(4)).toEqual([0]);
});

test.each([
  [7, 6, [0, 1, 2, 3, 4, 5, 6, 7]],
  [7, 8, [0, 1, 2, 3, 4, 5, 6, 7]],
  [8, 4, [0, 2, 4, 6, 8]],
  [10, 6, [0, 2, 4, 6, 8, 10]],
  [3, 4, [0, 1, 2, 3]],
  [96, 4, [0, 20, 40, 60, 80]],
  [1_000_000, 4, [0, 200_000, 400_000, 600_000, 800_000, 1_000_000]],
])('ticks up to %d, about %d', (end, count, ticks) => {
  expect(linearScale([0, end], [0, 1]).ticks(count)).toEqual(ticks);
});

test.each([
  [0, 1],
  [1, 1],
  [3, 3],
  [91, 100],
  [101, 120],
  [412_345, 500_000],
])('an axis for %d ends at %d', (maximum, end) => {
  expect(niceAxisEnd(maximum, 4)).toBe(end);
  expect(linearScale([0, end], [0, 1]).ticks(4).at(-1)).toBe(end);
});
