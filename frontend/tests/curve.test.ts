import { expect, test } from 'vitest';
import { curveOf, hasBand, lineOf, spreadLabels } from '../src/lib/curve';

const sent = [
  { years: 1, probability: 0.9 },
  { years: 3, probability: 0.6 },
];

test('a curve starts with everybody alive', () => {
  expect(curveOf(sent).map(({ years, probability }) => [years, probability])).toEqual([
    [0, 1],
    [1, 0.9],
    [3, 0.6],
  ]);
});

test('a model without a curve has none', () => {
  expect(curveOf([])).toEqual([]);
  expect(hasBand([])).toBe(false);
});

test('a band is drawn if every point has one', () => {
  const banded = sent.map((point) => ({ ...point, lower: 0.5, upper: 0.95 }));
  expect(hasBand(curveOf(banded))).toBe(true);
  expect(curveOf(banded)[0]?.band).toEqual({ lower: 1, upper: 1 });
  expect(hasBand(curveOf(sent))).toBe(false);
  expect(hasBand(curveOf([...banded, { years: 5, probability: 0.4, lower: null, upper: 1 }]))).toBe(
    false,
  );
});

test('the line goes through the median', () => {
  const curve = curveOf(sent);
  expect(lineOf(curve, 3.5)).toHaveLength(3);
  expect(lineOf(curve, null)).toHaveLength(3);
  expect(lineOf(curve, 2).map(({ years }) => years)).toEqual([0, 1, 2, 3]);
  expect(lineOf(curve, 2)[2]).toEqual({ years: 2, probability: 0.5 });
});

test('labels that do not overlap stay where they are', () => {
  expect(spreadLabels([10, 50, 30], 14, 100)).toEqual([10, 50, 30]);
});

test('labels that overlap move apart, in their order', () => {
  expect(spreadLabels([20, 18, 60], 14, 100)).toEqual([32, 18, 60]);
});

test('no label is pushed below the end', () => {
  expect(spreadLabels([95, 98, 97], 10, 100)).toEqual([80, 100, 90]);
});
