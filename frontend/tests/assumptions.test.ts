import { expect, test } from 'vitest';
import type { Assumption } from '../src/api/types';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { assumptionLines } from '../src/lib/assumptions';
import { catalogueColumn } from './fixtures';

const COLUMNS = [
  catalogueColumn('Bilirubin', { title: { en: 'Bilirubin, serum', ru: 'Билирубин' } }),
  catalogueColumn('Sex', {
    title: { en: 'Sex', ru: 'Пол' },
    kind: 'category',
    value_titles: { F: { en: 'Female', ru: 'Женский' }, M: { en: 'Male', ru: 'Мужской' } },
  }),
];
const columnByName = (name: string) => COLUMNS.find((column) => column.name === name) ?? null;

const said = (kind: string, column: string | null, params: Assumption['params'] = {}) => ({
  kind,
  column,
  params,
  text: `The API on ${kind}.`,
});

const english = (assumptions: Assumption[]) =>
  assumptionLines(assumptions, { dictionary: en, language: 'en', columnByName });
const russian = (assumptions: Assumption[]) =>
  assumptionLines(assumptions, { dictionary: ru, language: 'ru', columnByName });

test('all headings are on one line', () => {
  const headings = [
    said('heading', 'Bilirubin', { heading: 'bili' }),
    said('heading', 'Sex', { heading: 'gender' }),
  ];
  expect(english(headings)).toEqual(['Headings: “bili” = Bilirubin, serum; “gender” = Sex.']);
  expect(russian(headings)).toEqual(['Заголовки: «bili» = Билирубин; «gender» = Пол.']);
});

test('words are shown with the meaning of their values', () => {
  const words = [said('words', 'Sex', { words: { ж: 'F', '-': null } })];
  expect(english(words)).toEqual(['Words and codes: Sex: “ж” = Female, “-” = not measured.']);
  expect(russian(words)).toEqual(['Слова и коды: Пол: «ж» = Женский, «-» = не измерено.']);
});

test('numbers are written as in the language', () => {
  const flag = [said('laboratory_flag', 'Bilirubin', { example: '1.9 H', value: 1.9 })];
  expect(english(flag)[0]).toContain('Bilirubin, serum: “1.9 H” = 1.9.');
  expect(russian(flag)[0]).toContain('Билирубин: «1.9 H» = 1,9.');
  const asText = [said('laboratory_flag', 'Bilirubin', { example: '63.2*', value: '63.2' })];
  expect(russian(asText)[0]).toContain('Билирубин: «63.2*» = 63,2.');
});

test('assumptions about the file come first, and unknown ones last in the words of the API', () => {
  const lines = english([
    said('from_the_future', null),
    said('unit', 'Bilirubin', { unit: 'umol/L' }),
    said('header_line', null, { line: 3 }),
  ]);
  expect(lines).toEqual([
    'Line 3 is the header; the lines above it were skipped.',
    'Units: Bilirubin, serum: µmol/L.',
    'The API on from_the_future.',
  ]);
});

test('an unusual median is shown with its unit, and rows of the header with their texts', () => {
  const odd = [said('unit_odd', 'Bilirubin', { unit: 'mg/dL', median: 22.5 })];
  expect(english(odd)).toEqual([
    'Unusual median, please check the unit: Bilirubin, serum: 22.5 mg/dL.',
  ]);
  expect(russian(odd)[0]).toContain('22,5 мг/дл');
  const header = [said('second_header_row', null, { texts: ['years', 'mg/dL'] })];
  expect(english(header)[0]).toContain('(years, mg/dL)');
});
