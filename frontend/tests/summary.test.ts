import { expect, test } from 'vitest';
import type { Summary } from '../src/api/types';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { summaryFigures } from '../src/lib/summary';

const SUMMARY: Summary = {
  rows: 10,
  mean_years: 5.2,
  median_years: 5.5,
  minimum_years: 0.04,
  maximum_years: 8,
  imputed_rows: 3,
  out_of_range_rows: 1,
  skipped_rows: 2,
};

test('skipped patients are not among those with an estimate', () => {
  expect(summaryFigures(SUMMARY, 8, en).slice(0, 2)).toEqual([
    ['Patients with an estimate', '8'],
    ['Skipped patients', '2'],
  ]);
  expect(summaryFigures(SUMMARY, 8, ru).slice(0, 2)).toEqual([
    ['Пациентов с оценкой', '8'],
    ['Пропущено пациентов', '2'],
  ]);
});

test.each([0, undefined])(
  'without skipped patients, there is one number of patients',
  (skipped) => {
    const { skipped_rows: _, ...others } = SUMMARY;
    const summary = skipped === undefined ? others : { ...others, skipped_rows: skipped };
    const [first, second] = summaryFigures(summary, 8, en);
    expect(first).toEqual(['Patients', '10']);
    expect(second?.[0]).toBe('Mean of the estimates');
  },
);

test('who is done: patients with an estimate, and skipped ones if there are any', () => {
  const plain = (text: string) => text.replaceAll('\u00a0', ' ');
  expect(plain(en.prediction.finished(10, 0))).toBe('Done: 10 patients.');
  expect(plain(en.prediction.finished(8, 2))).toBe('Done: 8 patients, 2 skipped.');
  expect(plain(ru.prediction.finished(8, 2))).toBe('Готово: 8 пациентов, пропущено 2.');
});

test('the highest estimate is not printed as the whole horizon', () => {
  const range = (dictionary: typeof en, horizon: number) =>
    summaryFigures(SUMMARY, horizon, dictionary)[4]?.[1].replaceAll('\u00a0', ' ');
  expect(range(en, 8)).toBe('<0.1 to nearly 8 years');
  expect(range(en, 9)).toBe('<0.1 to 8.0 years');
  expect(range(ru, 8)).toBe('от <0,1 до почти 8 лет');
});

test('a mean that is printed as the horizon is nearly the horizon', () => {
  const mean = (mean_years: number) =>
    summaryFigures({ ...SUMMARY, mean_years }, 8, en)[2]?.[1].replaceAll('\u00a0', ' ');
  expect(mean(7.97)).toBe('nearly 8 years');
  expect(mean(7.9)).toBe('7.9 years');
});
