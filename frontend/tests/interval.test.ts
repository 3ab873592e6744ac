import { describe, expect, test } from 'vitest';
import type { Row } from '../src/api/types';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import {
  estimateBelowInterval,
  intervalHeading,
  intervalHint,
  intervalLabel,
  intervalMeaning,
  intervalText,
} from '../src/lib/interval';
import { patientRow } from './fixtures';

const plain = (text: string | null) => text?.replaceAll('\u00a0', ' ');

const HORIZON = 8;
const PARAMETERS = { horizon: HORIZON, intervalQuantiles: [0.1, 0.9] } as const;
const VERSION_1 = { horizon: HORIZON, intervalQuantiles: null };

const closed = { lower: 2.1, upper: 6.3, upper_open: false };
const open = { lower: 4.2, upper: HORIZON, upper_open: true };
const beyond = { lower: HORIZON, upper: HORIZON, upper_open: true };

/** A row with a curve on which `probability` outlive the horizon; without one, there is no curve. */
function rowWith(interval: Partial<Row>, probability?: number): Row {
  const point = { years: HORIZON, probability: probability ?? 0, lower: null, upper: null };
  return patientRow({ ...interval, survival: probability === undefined ? [] : [point] });
}

function meaning(interval: Partial<Row>, probability?: number): (string | undefined)[] {
  const row = rowWith(interval, probability);
  return [en, ru].map((dictionary) => plain(intervalMeaning(row, PARAMETERS, dictionary)));
}

describe('the interval in words', () => {
  test.each([
    ['closed', closed, 'from 2.1 to 6.3 years', 'от 2,1 до 6,3 года'],
    ['open', open, 'from 4.2 to at least 8 years', 'от 4,2 года до 8 лет и более'],
    ['beyond the horizon', beyond, 'at least 8 years', '8 лет и более'],
    ['early', { ...closed, lower: 0.04 }, 'from <0.1 to 6.3 years', 'от <0,1 до 6,3 года'],
    ['just before the horizon', { ...open, lower: 7.97 }, 'at least 8 years', '8 лет и более'],
  ])('%s', (_, interval, english, russian) => {
    expect(plain(intervalText(interval, HORIZON, en))).toBe(english);
    expect(plain(intervalText(interval, HORIZON, ru))).toBe(russian);
  });

  test.each([
    ['closed', closed, 'expected 5.0 (from 2.1 to 6.3)', 'ожидается 5,0 (от 2,1 до 6,3)'],
    ['open', open, 'expected 5.0 (from 4.2 to at least 8)', 'ожидается 5,0 (от 4,2 до 8 и более)'],
    [
      'beyond the horizon',
      beyond,
      'expected 5.0 (interval: at least 8)',
      'ожидается 5,0 (интервал: от 8)',
    ],
  ])('the label in a plot: %s', (_, interval, english, russian) => {
    expect(intervalLabel(rowWith(interval), HORIZON, en)).toBe(english);
    expect(intervalLabel(rowWith(interval), HORIZON, ru)).toBe(russian);
  });
});

describe('how many patients outlive the ends of the interval', () => {
  test('both ends lie before the horizon', () => {
    expect(meaning(closed, 0.02)).toEqual([
      '9 of 10 such patients outlive 2.1 years; 1 of 10 outlives 6.3 years.',
      '9 из 10 таких пациентов живут дольше 2,1 года; 1 из 10 живёт дольше 6,3 года.',
    ]);
  });

  test('the upper end is open, and the curve tells how many die within the horizon', () => {
    expect(meaning(open, 0.761)).toEqual([
      '9 of 10 such patients outlive 4.2 years; 24 of 100 die within 8 years, so there is no upper end.',
      '9 из 10 таких пациентов живут дольше 4,2 года; 24 из 100 умирают в течение 8 лет, поэтому верхней границы нет.',
    ]);
  });

  test('the upper end is open, and there is no curve', () => {
    expect(meaning(open)).toEqual([
      '9 of 10 such patients outlive 4.2 years; more than 1 of 10 outlives 8 years, so there is no upper end.',
      '9 из 10 таких пациентов живут дольше 4,2 года; дольше 8 лет живёт больше чем 1 из 10, поэтому верхней границы нет.',
    ]);
  });

  test('the lower end is the horizon', () => {
    expect(meaning(beyond, 0.954)).toEqual([
      'At least 8 years: more than 9 of 10 such patients (95 of 100 by their curve) outlive 8 years.',
      '8 лет и более: дольше 8 лет живут больше чем 9 из 10 таких пациентов (по их кривой — 95 из 100).',
    ]);
    expect(meaning(beyond)).toEqual([
      'At least 8 years: more than 9 of 10 such patients outlive 8 years.',
      '8 лет и более: дольше 8 лет живут больше чем 9 из 10 таких пациентов.',
    ]);
  });

  test('nobody is promised to live: 99.9 % are more than 99 of 100', () => {
    expect(meaning(beyond, 0.999)).toEqual([
      expect.stringContaining('(more than 99 of 100 by their curve)'),
      expect.stringContaining('(по их кривой — больше 99 из 100)'),
    ]);
  });

  test('a lower end before a tenth of a year is not called 0.0 years', () => {
    expect(meaning({ ...closed, lower: 0.03 }, 0.001)).toEqual([
      'At least 1 of 10 such patients dies within 0.1 years; 1 of 10 outlives 6.3 years.',
      'Не меньше 1 из 10 таких пациентов умирает в первые 0,1 года; 1 из 10 живёт дольше 6,3 года.',
    ]);
  });

  test('a model without a curve claims no early deaths where its interval begins at 0', () => {
    expect(meaning({ ...closed, lower: 0 })).toEqual([
      'An early death of such patients can’t be excluded; 1 of 10 outlives 6.3 years.',
      'Раннюю смерть таких пациентов исключить нельзя; 1 из 10 живёт дольше 6,3 года.',
    ]);
  });

  test('the shares of those who die and of those who live, as the table prints it, add up to 100', () => {
    expect(en.format.percent(0.285)).toBe('29%');
    expect(meaning(open, 0.285)[0]).toContain('71 of 100 die');
  });

  test('a share that is rounded to the quantile is left out', () => {
    expect(meaning(beyond, 0.9035)[0]).toBe(
      'At least 8 years: about 9 of 10 such patients outlive 8 years.',
    );
    expect(meaning({ ...open, lower: 7.97 }, 0.8996)).toEqual([
      'At least 8 years: about 9 of 10 such patients outlive 8 years.',
      '8 лет и более: дольше 8 лет живут примерно 9 из 10 таких пациентов.',
    ]);
    expect(meaning({ ...open, lower: 7.97 })[0]).toContain('about 9 of 10');
    expect(meaning({ ...open, lower: 1.2 }, 0.1004)[0]).toContain('more than 1 of 10 outlives');
  });

  test('other quantiles have other shares', () => {
    const parameters = { horizon: 7, intervalQuantiles: [0.05, 0.8] } as const;
    expect(plain(intervalMeaning(rowWith(closed), parameters, en))).toBe(
      '95 of 100 such patients outlive 2.1 years; 2 of 10 outlive 6.3 years.',
    );
  });

  test.each([closed, open, beyond])('nothing is computed for a result of version 1', (interval) => {
    const row = rowWith(interval, 0.94);
    expect(plain(intervalMeaning(row, VERSION_1, en))).toBe(
      'The interval was made to contain the true number of years for 80 of 100 such patients. “At least 8 years” means that it continues beyond the horizon.',
    );
    expect(plain(intervalMeaning(row, VERSION_1, ru))).toBe(
      'Интервал построен так, чтобы истинное число лет попало в него у 80 из 100 таких пациентов. «8 лет и более» значит, что он продолжается за горизонтом прогноза.',
    );
  });
});

describe('an estimate below the interval', () => {
  test('it is explained', () => {
    const row = rowWith({ ...beyond, years: 7.8 });
    expect(plain(estimateBelowInterval(row, HORIZON, en))).toMatch(/^The estimate of 7\.8 years/);
    expect(plain(estimateBelowInterval(row, HORIZON, ru))).toMatch(/^Оценка \(7,8 года\)/);
  });

  test('there is nothing to explain if it is printed as the lower end', () => {
    const years = 7.96;
    expect(estimateBelowInterval(rowWith({ ...beyond, years }), HORIZON, en)).toBeNull();
    expect(estimateBelowInterval(rowWith(open), HORIZON, en)).toBeNull();
  });
});

describe('a table of intervals', () => {
  test('its heading names the shares of patients, and its hint explains them', () => {
    expect(plain(intervalHeading(PARAMETERS, en))).toBe('9 of 10 outlive / 1 of 10 outlives');
    expect(plain(intervalHeading(PARAMETERS, ru))).toBe('Дольше живут 9 из 10 / 1 из 10');
    expect(plain(intervalHint(PARAMETERS, en))).toContain(
      '9 of 10 such patients outlive its lower end',
    );
    expect(plain(intervalHint(PARAMETERS, ru))).toContain('9 из 10 таких пациентов живут дольше');
  });

  test('it does not say so of a result of version 1', () => {
    expect(intervalHeading(VERSION_1, en)).toBe('Interval');
    expect(intervalHeading(VERSION_1, ru)).toBe('Интервал');
    expect(intervalHint(VERSION_1, en)).toBe(intervalMeaning(rowWith(closed), VERSION_1, en));
  });
});
