import { describe, expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import {
  contributionTotal,
  effectOf,
  hazardRatio,
  medianOf,
  missingValuesOf,
} from '../src/lib/patientRow';
import { modelCard, patientRow } from './fixtures';

const bilirubin = (value: number) => ({ column: 'Bilirubin', value });

test('the hint on the Mayo score agrees with the average patient of the contributions', () => {
  const { intercept, reference } = modelCard('mayo');
  for (const { result } of [en, ru]) {
    const [average] =
      /\d+([.,]\d+)?(?=[;\u00a0])/.exec(result.mayoHint.split('1989')[1] ?? '') ?? [];
    expect(average).toBe(intercept.toFixed(0));
    expect(average).toBe(reference.toFixed(0));
  }
});

describe('contributions', () => {
  test('more years are better, and a higher log hazard or score is worse', () => {
    expect(effectOf(0.8, 'years')).toBe('better');
    expect(effectOf(-0.8, 'years')).toBe('worse');
    for (const scale of ['log_hazard', 'score'] as const) {
      expect(effectOf(0.8, scale)).toBe('worse');
      expect(effectOf(-0.8, scale)).toBe('better');
    }
  });

  test('a small contribution hardly matters: 0.0 years, or less than 5% of the hazard', () => {
    expect(effectOf(0.04, 'years')).toBe('none');
    expect(effectOf(0.06, 'score')).toBe('worse');
    expect(effectOf(-0.04, 'log_hazard')).toBe('none');
  });

  test('they are added to the baseline', () => {
    const row = patientRow({ baseline: 6, contributions: [bilirubin(-2), bilirubin(0.5)] });
    expect(contributionTotal(row)).toBe(4.5);
    expect(contributionTotal(patientRow({ baseline: 6 }))).toBe(6);
  });

  test('the hazard ratio is against the average patient, whatever the baseline', () => {
    const parts = [bilirubin(Math.log(2)), { column: 'Age', value: Math.log(1.5) }];
    const row = patientRow({ baseline: 5.2, contributions: parts });
    expect(hazardRatio(row, 'score')).toBeCloseTo(3);
    expect(hazardRatio({ ...row, baseline: 0 }, 'log_hazard')).toBeCloseTo(3);
    expect(hazardRatio(row, 'years')).toBeNull();
  });
});

describe('the median', () => {
  const survival = [
    { years: 1, probability: 0.9, lower: null, upper: null },
    { years: 10, probability: 0.6, lower: null, upper: null },
  ];

  test('it is null without a curve', () => {
    expect(medianOf(patientRow())).toBeNull();
  });

  test('it is beyond the end of the curve if it is not reached', () => {
    expect(medianOf(patientRow({ survival }))).toEqual({ beyond: 10 });
  });

  test('it is a time if it is reached', () => {
    expect(medianOf(patientRow({ survival, median_years: 4.2 }))).toEqual({ years: 4.2 });
  });
});

describe('missing values', () => {
  test('the first is the one to measure first, then come wide ranges, and last unused columns', () => {
    const row = patientRow({
      imputed: ['Sex', 'Stage', 'Copper', 'Platelets'],
      imputed_values: [
        { column: 'Sex', value: 0.11 },
        { column: 'Stage', value: 2.6 },
        { column: 'Copper', value: 73.4 },
        { column: 'Platelets', value: 251 },
      ],
      if_measured: [
        { column: 'Sex', low: 5, high: 5 },
        { column: 'Stage', low: 4.5, high: 5.2 },
        { column: 'Copper', low: 4.1, high: 5.3 },
        { column: 'Platelets', low: 5, high: 5.01 },
      ],
      measure_first: 'Copper',
    });
    expect(missingValuesOf(row)).toEqual([
      { column: 'Copper', expected: 73.4, kind: 'range', low: 4.1, high: 5.3 },
      { column: 'Stage', expected: 2.6, kind: 'range', low: 4.5, high: 5.2 },
      { column: 'Platelets', expected: 251, kind: 'unchanged' },
      { column: 'Sex', expected: 0.11, kind: 'unused' },
    ]);
  });

  test('an unchanged estimate at the horizon does not mean that the column is unused', () => {
    const row = patientRow({
      imputed: ['Copper'],
      if_measured: [{ column: 'Copper', low: 8, high: 8 }],
      contributions: [{ column: 'Copper', value: 0.2 }],
    });
    expect(missingValuesOf(row)).toEqual([{ column: 'Copper', expected: null, kind: 'unchanged' }]);
  });

  test('the effect and the value that was used are unknown in an older result', () => {
    expect(missingValuesOf(patientRow({ imputed: ['Stage', 'Copper'] }))).toEqual([
      { column: 'Stage', expected: null, kind: 'unknown' },
      { column: 'Copper', expected: null, kind: 'unknown' },
    ]);
  });
});
