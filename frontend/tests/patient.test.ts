import { describe, expect, test } from 'vitest';
import { effectOf, gapsOf, hazardRatio, medianOf, sumOf } from '../src/lib/patient';
import { patientRow } from './fixtures';

const bilirubin = (value: number) => ({ column: 'Bilirubin', value });

describe('contributions', () => {
  test('more years are good; more log hazard or score is bad', () => {
    expect(effectOf(0.8, 'years')).toBe('better');
    expect(effectOf(-0.8, 'years')).toBe('worse');
    for (const scale of ['log_hazard', 'score'] as const) {
      expect(effectOf(0.8, scale)).toBe('worse');
      expect(effectOf(-0.8, scale)).toBe('better');
    }
  });

  test('what is printed as zero does nothing', () => {
    expect(effectOf(0.04, 'years')).toBe('none');
    expect(effectOf(0.04, 'score')).toBe('worse');
    expect(effectOf(-0.004, 'log_hazard')).toBe('none');
  });

  test('they add up from the baseline', () => {
    const row = patientRow({ baseline: 6, contributions: [bilirubin(-2), bilirubin(0.5)] });
    expect(sumOf(row)).toBe(4.5);
    expect(sumOf(patientRow({ baseline: 6 }))).toBe(6);
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

  test('without a curve there is none', () => {
    expect(medianOf(patientRow())).toBeNull();
  });

  test('beyond the curve the end of the curve is told', () => {
    expect(medianOf(patientRow({ survival }))).toEqual({ beyond: 10 });
  });

  test('within the curve it is told', () => {
    expect(medianOf(patientRow({ survival, median_years: 4.2 }))).toEqual({ years: 4.2 });
  });
});

describe('missing values', () => {
  test('the one to measure first comes first, then the widest range, the unused last', () => {
    const row = patientRow({
      imputed: ['Sex', 'Stage', 'Copper', 'Platelets'],
      if_measured: [
        { column: 'Sex', low: 5, high: 5 },
        { column: 'Stage', low: 4.5, high: 5.2 },
        { column: 'Copper', low: 4.1, high: 5.3 },
        { column: 'Platelets', low: 5, high: 5.01 },
      ],
      measure_first: 'Copper',
    });
    expect(gapsOf(row)).toEqual([
      { column: 'Copper', kind: 'range', low: 4.1, high: 5.3 },
      { column: 'Stage', kind: 'range', low: 4.5, high: 5.2 },
      { column: 'Platelets', kind: 'unchanged' },
      { column: 'Sex', kind: 'unused' },
    ]);
  });

  test('an estimate held at the horizon does not mean that the model ignores the column', () => {
    const row = patientRow({
      imputed: ['Copper'],
      if_measured: [{ column: 'Copper', low: 8, high: 8 }],
      contributions: [{ column: 'Copper', value: 0.2 }],
    });
    expect(gapsOf(row)).toEqual([{ column: 'Copper', kind: 'unchanged' }]);
  });

  test('an older result only names them', () => {
    expect(gapsOf(patientRow({ imputed: ['Stage', 'Copper'] }))).toEqual([
      { column: 'Stage', kind: 'unknown' },
      { column: 'Copper', kind: 'unknown' },
    ]);
  });
});
