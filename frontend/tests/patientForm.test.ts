import { expect, test } from 'vitest';
import type { Column } from '../src/api/types';
import { createFormat } from '../src/i18n/format';
import {
  csvOf,
  type Entry,
  fieldOf,
  fileNameOf,
  inOrder,
  parseNumber,
  type Settings,
} from '../src/lib/patientForm';

const EN: Settings = { system: 'conventional', language: 'en', write: createFormat('en').number };
const EN_SI: Settings = { ...EN, system: 'si' };
const RU_SI: Settings = { system: 'si', language: 'ru', write: createFormat('ru').number };

function column(name: string, change: Partial<Column> = {}): Column {
  return {
    name,
    title: { en: name, ru: name },
    kind: 'number',
    required: false,
    unit: null,
    allowed: null,
    minimum: null,
    maximum: null,
    training_minimum: null,
    training_maximum: null,
    units: [],
    si_unit: null,
    si_factor: null,
    ...change,
  };
}

function measured(
  name: string,
  [unit, minimum, maximum]: [string, number, number],
  [other, factor]: [string, number],
  training: [number, number],
): Column {
  return column(name, {
    required: true,
    unit,
    minimum,
    maximum,
    training_minimum: training[0],
    training_maximum: training[1],
    units: [
      { name: unit, factor: 1 },
      { name: other, factor },
    ],
    ...(other !== 'years' && { si_unit: other, si_factor: factor }),
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
const edema = column('Edema', { kind: 'category', required: true, allowed: ['N', 'S', 'Y'] });
const id = column('ID', { kind: 'id' });

const typed = (text: string, unit: string | null = null): Entry => ({ text, unit });
const shown = (of: Column, entry: Entry, settings: Settings) => fieldOf(of, entry, settings).text;

test('a comma is a decimal one, unless in English it may part thousands', () => {
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

test('age is asked for in years, laboratory values in the chosen units', () => {
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
  const platelets = column('Platelets', {
    unit: '10^9/L',
    units: [{ name: '10^9/L', factor: 1 }],
  });
  expect(fieldOf(platelets, undefined, EN_SI).unit).toBe('10^9/L');
});

test('what is shown as accepted is accepted, in either unit', () => {
  for (const of of [bilirubin, cholesterol, albumin, age]) {
    for (const settings of [EN, EN_SI]) {
      const { range, unit } = fieldOf(of, undefined, settings);
      for (const value of [range?.low, range?.high]) {
        expect(fieldOf(of, typed(String(value), unit), settings).fault, of.name).toBeNull();
      }
    }
  }
});

test('values are converted, and back without drift', () => {
  const entry = typed('1.4', 'mg/dL');
  expect(shown(bilirubin, entry, EN)).toBe('1.4');
  expect(shown(bilirubin, entry, EN_SI)).toBe('23.9');
  expect(shown(bilirubin, entry, RU_SI)).toBe('23,9');
  expect(shown(bilirubin, entry, EN)).toBe('1.4');
  expect(shown(albumin, typed('35', 'g/L'), EN)).toBe('3.5');
  expect(shown(cholesterol, typed('261', 'mg/dL'), EN_SI)).toBe('6.75');
  expect(shown(bilirubin, typed('60', 'mg/dL'), EN_SI)).toBe('1026');
  // What goes into the file is what was typed, not what was rounded to be shown.
  expect(fieldOf(bilirubin, entry, EN_SI)).toMatchObject({
    header: 'Bilirubin [mg/dL]',
    cell: '1.4',
  });
});

test('a value that is right stays right in the other units, and a wrong one is told in these', () => {
  for (const [of, text, unit] of [
    [bilirubin, '1.4', 'mg/dL'],
    [albumin, '3.5', 'g/dL'],
    [cholesterol, '261', 'mg/dL'],
  ] as const) {
    for (const settings of [EN, EN_SI, RU_SI])
      expect(fieldOf(of, typed(text, unit), settings).fault, of.name).toBeNull();
  }
  expect(fieldOf(albumin, typed('35', 'g/L'), EN).fault).toBeNull();
  const high = fieldOf(bilirubin, typed('9000', 'mg/dL'), EN_SI).fault;
  expect(high).toMatchObject({ code: 'above_maximum', unit: 'umol/L' });
});

test('a value typed in the other units becomes right when these are chosen', () => {
  const entry = typed('38', 'g/dL');
  expect(fieldOf(albumin, entry, EN).fault).toEqual({
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
    fault: null,
    header: 'Albumin [g/L]',
    cell: '38',
  });
  expect(fieldOf(age, typed('21464', 'years'), EN).fault).toMatchObject({
    hint_unit: 'days',
    suggestion: 58.8,
  });
});

test('what is wrong is said in the shown unit', () => {
  const fault = (of: Column, text: string, settings = EN) =>
    fieldOf(of, typed(text, fieldOf(of, undefined, settings).unit), settings).fault;
  expect(fault(bilirubin, ' ')).toEqual({
    column: 'Bilirubin',
    unit: 'mg/dL',
    code: 'value_missing',
  });
  expect(fieldOf(edema, undefined, EN).fault?.code).toBe('value_missing');
  expect(fieldOf(edema, typed('X'), EN).fault?.code).toBe('value_missing');
  expect(fieldOf(edema, typed('S'), EN).fault).toBeNull();
  expect(fault({ ...bilirubin, required: false }, '')).toBeNull();
  expect(fault(bilirubin, 'high')?.code).toBe('not_a_number');
  expect(fault(bilirubin, '1,718')).toMatchObject({ code: 'ambiguous_comma', value: '1,718' });
  expect(fault(bilirubin, '0.05')).toMatchObject({ code: 'below_minimum', minimum: 0.1 });
  expect(fault(bilirubin, '2000', EN_SI)).toMatchObject({
    code: 'above_maximum',
    unit: 'umol/L',
    maximum: 1026,
  });
  expect(fault(age, '17')).toMatchObject({ code: 'below_minimum', unit: 'years', minimum: 18 });
});

test('outside what the models have seen is unusual, but no mistake', () => {
  expect(fieldOf(bilirubin, typed('30', 'mg/dL'), EN_SI)).toMatchObject({
    fault: null,
    text: '513',
    usual: { low: 5.13, high: 478 },
  });
  expect(fieldOf(bilirubin, typed('28', 'mg/dL'), EN).usual).toBeNull();
});

test('the form becomes a file of what was filled in', () => {
  const fields = [
    fieldOf(id, typed(' a "b", c '), EN),
    fieldOf(age, typed('56,5', 'years'), EN),
    fieldOf(cholesterol, undefined, EN),
    fieldOf(albumin, typed('+3.50', 'g/dL'), EN),
    fieldOf(edema, typed('N'), EN),
  ];
  expect(csvOf(fields)).toBe('ID,Age [years],Albumin [g/dL],Edema\r\n"a ""b"", c",56.5,3.5,N\r\n');
});

test('the file is called by the ID if that may be part of a name', () => {
  expect(fileNameOf('patient', '17-a')).toBe('patient-17-a.csv');
  expect(fileNameOf('пациент', 'Б_2')).toBe('пациент-Б_2.csv');
  for (const risky of ['', '../x', 'a b', 'a.exe', 'x'.repeat(41)]) {
    expect(fileNameOf('patient', risky)).toBe('patient.csv');
  }
});

test('what is required comes first, its numbers before its categories; ignored columns do not', () => {
  const status = column('Status', { kind: 'ignored' });
  const sex = column('Sex', { kind: 'category', allowed: ['F', 'M'] });
  const copper = column('Copper');
  const asked = inOrder([id, sex, edema, age, status, copper, albumin]);
  expect(asked.map(({ name }) => name)).toEqual(['Age', 'Albumin', 'Edema', 'ID', 'Sex', 'Copper']);
});
