import { expect, test } from 'vitest';
import { curveOf, curveWithMedian, hasBand, spreadLabels } from '../src/lib/curve';

const points = [
  { years: 1, probability: 0.9 },
  { years: 3, probability: 0.6 },
];

test('a curve starts with all patients alive', () => {
  expect(curveOf(points).map(({ years, probability }) => [years, probability])).toEqual([
    [0, 1],
    [1, 0.9],
    [3, 0.6],
  ]);
});

test('a curve without points is empty', () => {
  expect(curveOf([])).toEqual([]);
  expect(hasBand([])).toBe(false);
});

test('a curve has a band if every point has one', () => {
  const banded = points.map((point) => ({ ...point, lower: 0.5, upper: 0.95 }));
  expect(hasBand(curveOf(banded))).toBe(true);
  expect(curveOf(banded)[0]?.band).toEqual({ lower: 1, upper: 1 });
  expect(hasBand(curveOf(points))).toBe(false);
  expect(hasBand(curveOf([...banded, { years: 5, probability: 0.4, lower: null, upper: 1 }]))).toBe(
    false,
  );
});

test('the curve gets a point at the median', () => {
  const curve = curveOf(points);
  expect(curveWithMedian(curve, 3.5)).toHaveLength(3);
  expect(curveWithMedian(curve, null)).toHaveLength(3);
  expect(curveWithMedian(curve, 2).map(({ years }) => years)).toEqual([0, 1, 2, 3]);
  expect(curveWithMedian(curve, 2)[2]).toEqual({ years: 2, probability: 0.5 });
});

test('labels that do not overlap keep their positions', () => {
  expect(spreadLabels([10, 50, 30], 14, 100)).toEqual([10, 50, 30]);
});

test('labels that overlap are moved apart and keep their order', () => {
  expect(spreadLabels([20, 18, 60], 14, 100)).toEqual([32, 18, 60]);
});

test('no label is moved beyond the end', () => {
  expect(spreadLabels([95, 98, 97], 10, 100)).toEqual([80, 100, 90]);
});
