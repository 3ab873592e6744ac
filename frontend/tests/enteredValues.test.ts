import { expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import {
  changedColumns,
  enteredValuesOf,
  entriesOf,
  studyRangeText,
  systemOf,
  valueText,
} from '../src/lib/enteredValues';
import { catalogueColumn, patientRow } from './fixtures';

const bilirubin = catalogueColumn('Bilirubin', {
  unit: 'mg/dL',
  si_unit: 'umol/L',
  si_factor: 17.1,
  units: [
    { name: 'mg/dL', factor: 1 },
    { name: 'umol/L', factor: 17.1 },
  ],
});
const age = catalogueColumn('Age', {
  unit: 'days',
  units: [
    { name: 'days', factor: 1 },
    { name: 'years', factor: 1 / 365.25 },
  ],
});
const edema = catalogueColumn('Edema', { kind: 'category', allowed: ['N', 'S', 'Y'] });
const platelets = catalogueColumn('Platelets', {
  unit: '10^9/L',
  units: [{ name: '10^9/L', factor: 1 }],
});

const row = patientRow({
  values: { Age: 20636.625, Bilirubin: 17.2, Edema: 'N', Albumin: 3.5 },
  imputed: ['Copper'],
  out_of_range: [{ column: 'Bilirubin', direction: 'above' }],
  contributions: [
    { column: 'Bilirubin', value: 0.9 },
    { column: 'Age', value: -0.2 },
    { column: 'Copper', value: 0.3 },
    { column: 'Albumin', value: 0.004 },
  ],
});

test('the values that matter most come first, and missing ones last', () => {
  expect(enteredValuesOf(row, 'log_hazard')).toEqual([
    { column: 'Bilirubin', value: 17.2, effect: 'worse', isUnusual: true },
    { column: 'Age', value: 20636.625, effect: 'better', isUnusual: false },
    { column: 'Albumin', value: 3.5, effect: 'none', isUnusual: false },
    { column: 'Edema', value: 'N', effect: 'unused', isUnusual: false },
    { column: 'Copper', value: null, effect: 'worse', isUnusual: false },
  ]);
});

test('the range of the study is in the unit of the file', () => {
  const column = { ...bilirubin, training_minimum: 0.3, training_maximum: 28 };
  const range = (fileUnit: string, dictionary = en) =>
    studyRangeText(column, { fileUnit, system: 'conventional' }, dictionary);
  expect(range('mg/dL')).toBe('0.3 to 28\u00a0mg/dL');
  expect(range('umol/L', ru)).toBe('от 5,13 до 478\u00a0мкмоль/л');
  expect(studyRangeText(null, { fileUnit: undefined, system: 'si' }, en)).toBe('');
});

test('the effect follows the sign of a contribution that matters', () => {
  const effectOf = (value: number, scale: 'years' | 'score') =>
    enteredValuesOf(
      patientRow({ values: { Bilirubin: 1 }, contributions: [{ column: 'Bilirubin', value }] }),
      scale,
    )?.[0]?.effect;
  expect(effectOf(-0.049, 'years')).toBe('none');
  expect(effectOf(-0.051, 'years')).toBe('worse');
  expect(effectOf(0.051, 'years')).toBe('better');
  expect(effectOf(0.049, 'score')).toBe('none');
  expect(effectOf(0.051, 'score')).toBe('worse');
});

test('a result without values has none to show', () => {
  expect(enteredValuesOf(patientRow(), 'years')).toBeNull();
});

test('a value is shown in the unit of the file, and an age in years', () => {
  const settings = (fileUnit?: string) => ({ fileUnit, system: 'si' as const });
  expect(valueText(bilirubin, 17.2, settings('mg/dL'), en)).toBe('17.2\u00a0mg/dL');
  expect(valueText(bilirubin, 11.988304, settings('umol/L'), en)).toBe('205\u00a0µmol/L');
  expect(valueText(bilirubin, 11.988304, settings(), ru)).toBe('205\u00a0мкмоль/л');
  expect(valueText(age, 20636.625, settings('years'), ru)).toBe('56,5\u00a0лет');
  expect(valueText(age, 21464, settings('days'), en)).toBe('58.8\u00a0years');
  expect(valueText(platelets, 151, settings('10^9/L'), en)).toBe('151\u00a0×\u00a010⁹/L');
  expect(valueText(edema, 'N', settings(), en)).toBe(en.patient.values['Edema.N']);
  expect(valueText(null, 3.5, settings(), en)).toBe('3.5');
});

test('the form is filled in with the values in the units of the file', () => {
  const columns = [bilirubin, age, edema, platelets];
  const units = { Bilirubin: 'umol/L', Age: 'years' };
  const values = { Bilirubin: 11.988304, Age: 20636.625, Edema: 'S' };
  const entries = entriesOf(patientRow({ id: '17-b', values }), units, columns, ru.format.number);
  expect(entries).toEqual({
    ID: { text: '17-b', unit: null },
    Bilirubin: { text: '205', unit: 'umol/L' },
    Age: { text: '56,5', unit: 'years' },
    Edema: { text: 'S', unit: null },
  });
  expect(systemOf(units, columns)).toBe('si');
  expect(systemOf({ Bilirubin: 'mg/dL', Age: 'days' }, columns)).toBe('conventional');
  expect(systemOf({ Age: 'days' }, columns)).toBeNull();
});

test('two patients are compared in the columns of both models', () => {
  const values = { Age: 1, Bilirubin: 2, Copper: 3 };
  const before = patientRow({ values, imputed: ['Stage'] });
  const now = patientRow({ values: { Age: 1, Bilirubin: 4, Stage: '2' }, imputed: ['Copper'] });
  expect(changedColumns(before, now)).toEqual(['Bilirubin', 'Stage', 'Copper']);
  expect(changedColumns(before, before)).toEqual([]);
  // The published score uses neither copper nor stage.
  const ofOtherModel = patientRow({ values: { Age: 1, Bilirubin: 2 } });
  expect(changedColumns(before, ofOtherModel)).toEqual([]);
});
