import { describe, expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import {
  bandHint,
  curveOf,
  hasBand,
  meanOfCurves,
  spreadLabels,
  survivalAt,
  wholeCurve,
} from '../src/lib/curve';
import { MAYO_SURVIVAL, modelCard } from './fixtures';

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

test('labels that do not overlap keep their positions', () => {
  expect(spreadLabels([10, 50, 30], 14, 100)).toEqual([10, 50, 30]);
});

test('labels that overlap are moved apart and keep their order', () => {
  expect(spreadLabels([20, 18, 60], 14, 100)).toEqual([32, 18, 60]);
});

test('no label is moved beyond the end', () => {
  expect(spreadLabels([95, 98, 97], 10, 100)).toEqual([80, 100, 90]);
});

const mayo = modelCard('mayo');
const cox = modelCard('cox-lasso');

/** Return the points of a patient's curve, with a band of a constant half width. */
function bandedPoints(score: number, halfWidth: number) {
  return cox.survival_years.map((years) => {
    const probability = survivalAt(years, score, cox);
    const limit = (side: number) => Number((probability ** Math.exp(side * halfWidth)).toFixed(6));
    return { years, probability, lower: limit(1), upper: limit(-1) };
  });
}

test('the average patient has the published survival, and a higher score shortens it', () => {
  const survival = (score: number) =>
    MAYO_SURVIVAL.map((_, index) => survivalAt(index + 1, score, mayo));
  for (const [index, expected] of MAYO_SURVIVAL.entries()) {
    expect(survival(mayo.reference)[index]).toBeCloseTo(expected, 12);
    expect(survival(mayo.reference + 1)[index]).toBeCloseTo(expected ** Math.E, 12);
  }
});

test('the curve is exponential between two knots', () => {
  const [before = 0, after = 0] = MAYO_SURVIVAL.slice(2);
  expect(survivalAt(3.5, mayo.reference, mayo)).toBeCloseTo(Math.sqrt(before * after), 12);
  expect(survivalAt(0, mayo.reference, mayo)).toBe(1);
});

test('the whole curve has every knot, every known point, and no gap that could be seen', () => {
  const curve = wholeCurve(bandedPoints(1, 0.2), 1, cox);
  const years = curve.map((point) => point.years);
  expect(years).toEqual([...new Set(years)].sort((a, b) => a - b));
  for (const known of [0, ...cox.baseline.years, ...cox.survival_years])
    expect(years).toContain(known);
  expect(years.at(-1)).toBe(10);
  expect(Math.max(...years.slice(1).map((time, index) => time - (years[index] ?? 0)))).toBeLessThan(
    0.021,
  );
  for (const { years: time, probability } of curve)
    expect(probability).toBe(survivalAt(time, 1, cox));
});

test('the curve of the Mayo score ends at 7 years and has no band', () => {
  const points = MAYO_SURVIVAL.map((probability, index) => ({ years: index + 1, probability }));
  const curve = wholeCurve(points, mayo.reference, mayo);
  expect(curve.at(-1)?.years).toBe(7);
  expect(curve.every(({ band }) => band === null)).toBe(true);
});

describe('the band around the curve', () => {
  test.each([-3, 0, 2])('has the known limits and is interpolated on its scale (%d)', (score) => {
    const points = bandedPoints(score, 0.3);
    for (const { years, probability, band } of wholeCurve(points, score, cox)) {
      if (years < 1) {
        expect(band).toBeNull();
        continue;
      }
      expect(band?.lower).toBeCloseTo(probability ** Math.exp(0.3), 4);
      expect(band?.upper).toBeCloseTo(probability ** Math.exp(-0.3), 4);
    }
  });

  test('is between the half widths of the nearest points', () => {
    const points = bandedPoints(0, 0.2).map((point, index) =>
      index === 0 ? point : { ...point, upper: point.probability ** Math.exp(-0.6) },
    );
    const at = (time: number) =>
      wholeCurve(points, 0, cox).find(({ years }) => Math.abs(years - time) < 1e-9);
    const middle = at(2);
    expect(middle?.band?.upper).toBeCloseTo((middle?.probability ?? 0) ** Math.exp(-0.4), 4);
  });

  test.each([-14, 9])('is finite if its limits are rounded to 0 or 1 (%d)', (score) => {
    const limits = wholeCurve(bandedPoints(score, 0.3), score, cox).flatMap(({ band }) =>
      band ? [band.lower, band.upper] : [],
    );
    expect(limits.length).toBeGreaterThan(400);
    expect(limits.every((limit) => limit >= 0 && limit <= 1)).toBe(true);
  });

  test('is left out if a point has none', () => {
    const points = bandedPoints(0, 0.2).map((point, index) =>
      index === 1 ? { ...point, upper: null } : point,
    );
    expect(wholeCurve(points, 0, cox).every(({ band }) => band === null)).toBe(true);
  });
});

describe('the hint on the band', () => {
  const hint = (card: typeof cox, dictionary = en) => bandHint(0.8, 1, card, dictionary);
  const withHolds = (holds: number) => ({
    ...cox,
    quality: { curve_band: { simulated: { holds } } },
  });

  test('says how often the band held in simulations if that was less than its level', () => {
    expect(hint(cox)).toMatch(/In simulations it contained the true curve at only \d\d% of/);
    expect(hint(withHolds(0.739))).toMatch(/before 1\u00a0year\. In .* only 74% of its points\.$/);
    expect(hint(withHolds(0.739), ru)).toMatch(/только в 74\u00a0% точек\.$/);
  });

  test.each([
    ['the band held', withHolds(0.82)],
    ['the difference is not printed', withHolds(0.797)],
    ['the card does not say it', { ...cox, quality: {} }],
    ['the card has no figures', { ...cox, quality: undefined }],
  ])('does not say so if %s', (_, card) => {
    expect(hint(card as typeof cox)).toBe(en.plots.curve.bandHint(0.8, 1));
  });
});

test('the mean of curves is the mean of their probabilities at each tenth of a year', () => {
  const curve = meanOfCurves([-1, 2], 10, cox);
  expect(curve.map(({ years }) => years).slice(0, 3)).toEqual([0, 0.1, 0.2]);
  expect(curve).toHaveLength(101);
  for (const { years, probability } of curve) {
    const mean = (survivalAt(years, -1, cox) + survivalAt(years, 2, cox)) / 2;
    expect(probability).toBeCloseTo(mean, 12);
  }
});
