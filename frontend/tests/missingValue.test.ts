import { describe, expect, test } from 'vitest';
import type { Column } from '../src/api/types';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { missingValueSentence } from '../src/lib/missingValue';
import type { MissingValue } from '../src/lib/patientRow';
import { catalogueColumn } from './fixtures';

const COPPER = catalogueColumn('Copper', {
  unit: 'ug/day',
  units: [{ name: 'ug/day', factor: 1 }],
});
const CHOLESTEROL = catalogueColumn('Cholesterol', {
  unit: 'mg/dL',
  units: [
    { name: 'mg/dL', factor: 1 },
    { name: 'mmol/L', factor: 1 / 38.67 },
  ],
  si_unit: 'mmol/L',
});
const STAGE = catalogueColumn('Stage', { kind: 'category', allowed: ['1', '2', '3', '4'] });
const SEX = catalogueColumn('Sex', { kind: 'category', allowed: ['F', 'M'] });

type System = 'conventional' | 'si';

function sentences(
  column: Column | null,
  expected: number | null,
  { kind = 'range', fileUnit, system = 'conventional' }: Options = {},
): string[] {
  const name = { column: column?.name ?? 'Copper', expected };
  const missing: MissingValue =
    kind === 'range' ? { ...name, kind, low: 5.1, high: 6.3 } : { ...name, kind };
  return [en, ru].map((dictionary) =>
    missingValueSentence(missing, column, { fileUnit, system }, dictionary).replaceAll(
      '\u00a0',
      ' ',
    ),
  );
}

interface Options {
  kind?: MissingValue['kind'];
  fileUnit?: string;
  system?: System;
}

describe('a missing number', () => {
  test('the value that was used has its unit', () => {
    expect(sentences(COPPER, 73.421)).toEqual([
      '73 µg/day expected for such a patient; if measured, the estimate would probably be 5.1–6.3 years',
      'у такого пациента ожидается 73 мкг/сут; после измерения оценка, вероятно, будет от 5,1 до 6,3 года',
    ]);
  });

  test('it is in the units that the user chose, and has two digits or all before the point', () => {
    expect(sentences(CHOLESTEROL, 334.2)[0]).toMatch(/^334 mg\/dL expected/);
    expect(sentences(CHOLESTEROL, 334.2, { system: 'si' })[1]).toContain('ожидается 8,6 ммоль/л;');
  });

  test('the unit in the file comes before the units of the form', () => {
    expect(sentences(CHOLESTEROL, 334.2, { fileUnit: 'mmol/L' })[0]).toMatch(/^8\.6 mmol\/L/);
    const options = { fileUnit: 'mg/dL', system: 'si' } as const;
    expect(sentences(CHOLESTEROL, 334.2, options)[0]).toMatch(/^334 mg\/dL/);
  });

  test('a unit that is a power of ten is a factor', () => {
    const units = [{ name: '10^9/L', factor: 1 }];
    const platelets = catalogueColumn('Platelets', { unit: '10^9/L', units });
    expect(sentences(platelets, 251.3)[0]).toMatch(/^251 × 10⁹\/L expected/);
  });

  test('the value is shown even if measuring it would hardly change the estimate', () => {
    expect(sentences(COPPER, 73, { kind: 'unchanged' })).toEqual([
      '73 µg/day expected for such a patient; if measured, the estimate would hardly change',
      'у такого пациента ожидается 73 мкг/сут; после измерения оценка почти не изменится',
    ]);
  });

  test('a value that the model does not use is not shown', () => {
    expect(sentences(COPPER, 73, { kind: 'unused' })).toEqual([
      'this model does not use it',
      'модель не использует этот показатель',
    ]);
  });
});

describe('a missing category', () => {
  test('a stage lies between two stages', () => {
    expect(sentences(STAGE, 2.58)).toEqual([
      '2.6 (between 2 and 3) expected for such a patient; if measured, the estimate would probably be 5.1–6.3 years',
      'у такого пациента ожидается 2,6 (между 2 и 3); после измерения оценка, вероятно, будет от 5,1 до 6,3 года',
    ]);
  });

  test.each([
    [2.97, '3 expected'],
    [4.23, '4.2 expected'],
  ])('a stage of %d is not between two stages', (value, english) => {
    expect(sentences(STAGE, value)[0]).toContain(english);
  });

  test('a sex is a share of patients, and is known without measuring', () => {
    expect(sentences(SEX, 0.11)).toEqual([
      'male in 11% of such patients; if known, the estimate would probably be 5.1–6.3 years',
      'мужской у 11 % таких пациентов; если указать, оценка, вероятно, будет от 5,1 до 6,3 года',
    ]);
    expect(sentences(SEX, -0.02)[0]).toContain('male in <1% of such patients');
    expect(sentences(SEX, 0.11, { kind: 'unchanged' })[0]).toContain(
      'if known, the estimate would hardly change',
    );
  });
});

describe('what is not known is left out', () => {
  test('a result of version 1 does not have the value that was used', () => {
    expect(sentences(COPPER, null)).toEqual([
      'if measured, the estimate would probably be 5.1–6.3 years',
      'после измерения оценка, вероятно, будет от 5,1 до 6,3 года',
    ]);
    expect(sentences(COPPER, null, { kind: 'unknown' })).toEqual(['', '']);
  });

  test('without the catalogue, the unit of the value is not known', () => {
    expect(sentences(null, 73)[0]).toBe(
      'if measured, the estimate would probably be 5.1–6.3 years',
    );
  });
});
