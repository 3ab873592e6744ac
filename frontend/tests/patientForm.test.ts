import { expect, test } from 'vitest';
import type { Column } from '../src/api/types';
import { en } from '../src/i18n/en';
import { createFormat } from '../src/i18n/format';
import {
  csvOf,
  type Entry,
  type FormSettings,
  fieldOf,
  fileNameOf,
  formColumns,
  parseNumber,
} from '../src/lib/patientForm';
import { catalogueColumn } from './fixtures';

const EN: FormSettings = {
  system: 'conventional',
  language: 'en',
  formatNumber: createFormat('en').number,
};
const EN_SI: FormSettings = { ...EN, system: 'si' };
const RU_SI: FormSettings = {
  system: 'si',
  language: 'ru',
  formatNumber: createFormat('ru').number,
};

function measured(
  name: string,
  [unit, minimum, maximum]: [string, number, number],
  [otherUnit, factor]: [string, number],
  training: [number, number],
): Column {
  return catalogueColumn(name, {
    required: true,
    unit,
    minimum,
    maximum,
    training_minimum: training[0],
    training_maximum: training[1],
    units: [
      { name: unit, factor: 1 },
      { name: otherUnit, factor },
    ],
    ...(otherUnit !== 'years' && { si_unit: otherUnit, si_factor: factor }),
  });
}

const bilirubin = measured('Bilirubin', ['mg/dL', 0.1, 60], ['umol/L', 17.1], [0.3, 28]);
const cholesterol = measured(
  'Cholesterol',
  ['mg/dL', 20, 3000],
  ['mmol/L', 1 / 38.67],
  [120, 1775],
);
const albumin = measured('Albumin', ['g/dL', 1, 6], ['g/L', 10], [1.96, 4.64]);
const age = measured('Age', ['days', 6570, 40000], ['years', 1 / 365.25], [9598, 28650]);
const edema = catalogueColumn('Edema', {
  kind: 'category',
  required: true,
  allowed: ['N', 'S', 'Y'],
});
const id = catalogueColumn('ID', { kind: 'id' });

const typed = (text: string, unit: string | null = null): Entry => ({ text, unit });
const shownText = (shown: Column, entry: Entry, settings: FormSettings) =>
  fieldOf(shown, entry, settings).text;

test('a comma is a decimal comma, unless it may be a thousands separator in English', () => {
  expect(parseNumber('3,5', 'en')).toBe(3.5);
  expect(parseNumber('3.5', 'ru')).toBe(3.5);
  expect(parseNumber(',5', 'ru')).toBe(0.5);
  expect(parseNumber('1,718', 'ru')).toBe(1.718);
  expect(parseNumber('1,718', 'en')).toBe('ambiguous');
  expect(parseNumber('0,718', 'en')).toBe(0.718);
  for (const text of ['', 'high', '3,5,1', '1e3', '0x10', '<3', '3 5', '.', 'Infinity']) {
    expect(parseNumber(text, 'en'), text).toBeNull();
  }
});

test('the age is entered in years, laboratory values in the chosen units', () => {
  expect(fieldOf(age, undefined, EN)).toMatchObject({
    unit: 'years',
    range: { low: 18, high: 109 },
  });
  expect(fieldOf(age, undefined, EN_SI).unit).toBe('years');
  expect(fieldOf(bilirubin, undefined, EN)).toMatchObject({
    unit: 'mg/dL',
    range: { low: 0.1, high: 60 },
  });
  expect(fieldOf(bilirubin, undefined, EN_SI)).toMatchObject({
    unit: 'umol/L',
    range: { low: 1.71, high: 1026 },
  });
  const platelets = catalogueColumn('Platelets', {
    unit: '10^9/L',
    units: [{ name: '10^9/L', factor: 1 }],
  });
  expect(fieldOf(platelets, undefined, EN_SI).unit).toBe('10^9/L');
});

test('the limits of the displayed range are accepted in each unit', () => {
  for (const tested of [bilirubin, cholesterol, albumin, age]) {
    for (const settings of [EN, EN_SI]) {
      const { range, unit } = fieldOf(tested, undefined, settings);
      for (const value of [range?.low, range?.high]) {
        const field = fieldOf(tested, typed(String(value), unit), settings);
        expect(field.finding, tested.name).toBeNull();
      }
    }
  }
});

test('values are converted to the other unit and back without rounding errors', () => {
  const entry = typed('1.4', 'mg/dL');
  expect(shownText(bilirubin, entry, EN)).toBe('1.4');
  expect(shownText(bilirubin, entry, EN_SI)).toBe('23.9');
  expect(shownText(bilirubin, entry, RU_SI)).toBe('23,9');
  expect(shownText(bilirubin, entry, EN)).toBe('1.4');
  expect(shownText(albumin, typed('35', 'g/L'), EN)).toBe('3.5');
  expect(shownText(cholesterol, typed('261', 'mg/dL'), EN_SI)).toBe('6.75');
  expect(shownText(bilirubin, typed('60', 'mg/dL'), EN_SI)).toBe('1026');
  // The file gets the value as typed, not the rounded one that is displayed.
  expect(fieldOf(bilirubin, entry, EN_SI)).toMatchObject({
    header: 'Bilirubin [mg/dL]',
    cell: '1.4',
  });
});

test('a right value is also shown in the other unit, so that the wrong one is noticed', () => {
  const typed17 = typed('17', 'mg/dL');
  expect(fieldOf(bilirubin, typed17, EN).otherUnit).toEqual({ value: 291, unit: 'umol/L' });
  expect(fieldOf(bilirubin, typed17, EN_SI).otherUnit).toEqual({ value: 17, unit: 'mg/dL' });
  expect(fieldOf(bilirubin, typed('900', 'mg/dL'), EN).otherUnit).toBeNull();
  expect(fieldOf(bilirubin, undefined, EN).otherUnit).toBeNull();
  expect(fieldOf(age, typed('56', 'years'), EN).otherUnit).toBeNull();
  expect(en.patient.otherUnit(291, 'umol/L')).toBe('= 291\u00a0µmol/L');
});

test('a right value stays right in the other units, and a finding names the displayed unit', () => {
  for (const [tested, text, unit] of [
    [bilirubin, '1.4', 'mg/dL'],
    [albumin, '3.5', 'g/dL'],
    [cholesterol, '261', 'mg/dL'],
  ] as const) {
    for (const settings of [EN, EN_SI, RU_SI])
      expect(fieldOf(tested, typed(text, unit), settings).finding, tested.name).toBeNull();
  }
  expect(fieldOf(albumin, typed('35', 'g/L'), EN).finding).toBeNull();
  const { finding } = fieldOf(bilirubin, typed('9000', 'mg/dL'), EN_SI);
  expect(finding).toMatchObject({ code: 'above_maximum', unit: 'umol/L' });
});

test('a value typed in the wrong units becomes right when the right units are chosen', () => {
  const entry = typed('38', 'g/dL');
  expect(fieldOf(albumin, entry, EN).finding).toEqual({
    column: 'Albumin',
    code: 'unit_suspected',
    unit: 'g/dL',
    hint_unit: 'g/L',
    suggestion: 3.8,
    minimum: 1,
    maximum: 6,
  });
  expect(fieldOf(albumin, entry, EN_SI)).toMatchObject({
    text: '38',
    finding: null,
    header: 'Albumin [g/L]',
    cell: '38',
  });
  expect(fieldOf(age, typed('21464', 'years'), EN).finding).toMatchObject({
    hint_unit: 'days',
    suggestion: 58.8,
  });
});

test('findings are in the displayed unit', () => {
  const findingOf = (tested: Column, text: string, settings = EN) =>
    fieldOf(tested, typed(text, fieldOf(tested, undefined, settings).unit), settings).finding;
  expect(findingOf(bilirubin, ' ')).toEqual({
    column: 'Bilirubin',
    unit: 'mg/dL',
    code: 'value_missing',
  });
  expect(fieldOf(edema, undefined, EN).finding?.code).toBe('value_missing');
  expect(fieldOf(edema, typed('X'), EN).finding?.code).toBe('value_missing');
  expect(fieldOf(edema, typed('S'), EN).finding).toBeNull();
  expect(findingOf({ ...bilirubin, required: false }, '')).toBeNull();
  expect(findingOf(bilirubin, 'high')?.code).toBe('not_a_number');
  expect(findingOf(bilirubin, '1,718')).toMatchObject({ code: 'ambiguous_comma', value: '1,718' });
  expect(findingOf(bilirubin, '0.05')).toMatchObject({ code: 'below_minimum', minimum: 0.1 });
  expect(findingOf(bilirubin, '2000', EN_SI)).toMatchObject({
    code: 'above_maximum',
    unit: 'umol/L',
    maximum: 1026,
  });
  expect(findingOf(age, '17')).toMatchObject({ code: 'below_minimum', unit: 'years', minimum: 18 });
});

test('a value outside the range of the study is accepted and marked', () => {
  expect(fieldOf(bilirubin, typed('30', 'mg/dL'), EN_SI)).toMatchObject({
    finding: null,
    text: '513',
    studyRange: { low: 5.13, high: 478 },
  });
  expect(fieldOf(bilirubin, typed('28', 'mg/dL'), EN).studyRange).toBeNull();
});

test('the file has the columns that are filled in', () => {
  const fields = [
    fieldOf(id, typed(' a "b", c '), EN),
    fieldOf(age, typed('56,5', 'years'), EN),
    fieldOf(cholesterol, undefined, EN),
    fieldOf(albumin, typed('+3.50', 'g/dL'), EN),
    fieldOf(edema, typed('N'), EN),
  ];
  expect(csvOf(fields)).toBe('ID,Age [years],Albumin [g/dL],Edema\r\n"a ""b"", c",56.5,3.5,N\r\n');
});

test('the file is named after the ID if that is safe in a file name', () => {
  expect(fileNameOf('patient', '17-a')).toBe('patient-17-a.csv');
  expect(fileNameOf('пациент', 'Б_2')).toBe('пациент-Б_2.csv');
  for (const unsafeId of ['', '../x', 'a b', 'a.exe', 'x'.repeat(41)]) {
    expect(fileNameOf('patient', unsafeId)).toBe('patient.csv');
  }
});

test('the form has required numbers, then required categories, then optional columns', () => {
  const status = catalogueColumn('Status', { kind: 'ignored' });
  const sex = catalogueColumn('Sex', { kind: 'category', allowed: ['F', 'M'] });
  const copper = catalogueColumn('Copper');
  const columns = formColumns([id, sex, edema, age, status, copper, albumin]);
  expect(columns.map(({ name }) => name)).toEqual([
    'Age',
    'Albumin',
    'Edema',
    'ID',
    'Sex',
    'Copper',
  ]);
});
