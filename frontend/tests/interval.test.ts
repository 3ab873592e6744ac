import { describe, expect, test } from 'vitest';
import type { Row } from '../src/api/types';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import {
  estimateNote,
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
const RESULT = { ...PARAMETERS, modelVersion: '2.0.0', hasCurve: true };
const VERSION_1 = { ...RESULT, intervalQuantiles: null, modelVersion: '1.1.1' };

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

  test('the upper end is open, and the curve tells how many outlive the horizon', () => {
    expect(meaning(open, 0.761)).toEqual([
      '9 of 10 such patients outlive 4.2 years; 76 of 100, more than 1 of 10, outlive 8 years, so there is no upper end within 8 years.',
      '9 из 10 таких пациентов живут дольше 4,2 года; дольше 8 лет живут 76 из 100, то есть больше чем 1 из 10, поэтому верхней границы в пределах 8 лет нет.',
    ]);
  });

  test('the upper end is open, and there is no curve', () => {
    expect(meaning(open)).toEqual([
      '9 of 10 such patients outlive 4.2 years; more than 1 of 10 outlives 8 years, so there is no upper end within 8 years.',
      '9 из 10 таких пациентов живут дольше 4,2 года; дольше 8 лет живёт больше чем 1 из 10, поэтому верхней границы в пределах 8 лет нет.',
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

  test('an upper end before a tenth of a year is not called 0.0 years either', () => {
    expect(meaning({ ...closed, lower: 0.01, upper: 0.08 }, 0.001)).toEqual([
      '9 of 10 such patients die within 0.1 years.',
      '9 из 10 таких пациентов умирают в первые 0,1 года.',
    ]);
  });

  test('a model without a curve does not say how many die early where its interval begins at 0', () => {
    expect(meaning({ ...closed, lower: 0 })).toEqual([
      'Some of these patients die within weeks, so there is no time that 9 of 10 outlive; 1 of 10 outlives 6.3 years.',
      'Некоторые из этих пациентов умирают в первые недели, поэтому срока, дольше которого живут 9 из 10, нет; 1 из 10 живёт дольше 6,3 года.',
    ]);
  });

  test('the share of those who outlive the horizon is the one that the table of the curve prints', () => {
    expect(en.format.percent(0.285)).toBe('29%');
    expect(meaning(open, 0.285)[0]).toContain('29 of 100, more');
    expect(meaning(open, 0.21)[1]).toContain('живёт 21 из 100');
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
});

describe('a note on the estimate', () => {
  const notes = (estimate: Parameters<typeof estimateNote>[0]) =>
    [en, ru].map((dictionary) => plain(estimateNote(estimate, PARAMETERS, dictionary)));

  test('an estimate below the interval is explained', () => {
    expect(notes({ ...beyond, years: 7.8 })).toEqual([
      'The estimate of 7.8 years lies below the interval because it is the mean of the years lived within 8 years: patients who outlive these 8 years count as 8, and early deaths pull the mean down.',
      expect.stringMatching(/^Оценка \(7,8 года\) меньше нижней границы/),
    ]);
  });

  test('an estimate that early deaths would pull down is too long', () => {
    expect(notes({ lower: 6.78, upper: HORIZON, years: 7.996 })).toEqual([
      'The estimate is somewhat too long: if 1 of 10 dies before 6.8 years, the mean is at most 7.9 years.',
      'Оценка немного завышена: если 1 из 10 умирает раньше чем через 6,8 года, среднее не больше 7,9 года.',
    ]);
  });

  test('an estimate that long lives would pull up is too short', () => {
    expect(notes({ lower: 0, upper: 2.6, years: 0 })).toEqual([
      'The estimate is somewhat too short: if 1 of 10 outlives 2.6 years, the mean is at least 0.3 years.',
      'Оценка немного занижена: если 1 из 10 живёт дольше 2,6 года, среднее не меньше 0,3 года.',
    ]);
  });

  test('the limits of the estimate depend on the quantiles', () => {
    const estimate = { lower: 6, upper: HORIZON, years: 7.6 };
    const parameters = { horizon: HORIZON, intervalQuantiles: [0.25, 0.75] } as const;
    expect(notes(estimate)).toEqual([undefined, undefined]);
    expect(plain(estimateNote(estimate, parameters, en))).toContain(
      'if 25 of 100 die before 6.0 years, the mean is at most 7.5 years',
    );
  });

  test.each([
    ['it is printed as the lower end', { ...beyond, years: 7.96 }],
    ['both are printed as <0.1', { lower: 0.08, upper: 0.3, years: 0.04 }],
    ['it is printed as the longest possible', { lower: 6.78, upper: HORIZON, years: 7.94 }],
    ['it lies in the interval', { ...open, years: 5 }],
  ])('there is none if %s', (_, estimate) => {
    expect(estimateNote(estimate, PARAMETERS, en)).toBeNull();
  });
});

describe('a table of intervals', () => {
  test('its heading names the shares of patients, and its hint explains them', () => {
    expect(plain(intervalHeading(PARAMETERS, en))).toBe(
      'Interval: 9 of 10 outlive its start, 1 of 10 its end',
    );
    expect(plain(intervalHeading(PARAMETERS, ru))).toBe(
      'Интервал: дольше начала живут 9 из 10, дольше конца — 1 из 10',
    );
    expect(plain(intervalHint(RESULT, en))).toContain(
      '9 of 10 such patients outlive its lower end',
    );
    expect(plain(intervalHint(RESULT, ru))).toContain('9 из 10 таких пациентов живут дольше');
  });

  test('only the estimate of a model with a curve can lie below the interval', () => {
    expect(intervalHint(RESULT, en)).toMatch(/, so early deaths can pull it below the interval\.$/);
    const withoutCurve = { ...RESULT, hasCurve: false };
    expect(intervalHint(withoutCurve, en)).toMatch(/years lived within the horizon\.$/);
    expect(intervalHint(withoutCurve, ru)).toMatch(/прожитых в пределах горизонта\.$/);
  });

  test('it does not say so of a result of version 1', () => {
    expect(intervalHeading(VERSION_1, en)).toBe('Interval');
    expect(intervalHeading(VERSION_1, ru)).toBe('Интервал');
    expect(plain(intervalHint(VERSION_1, en))).toBe(
      'Result of version 1.1.1: its intervals were made to contain the true number of years for 80 of 100 such patients, and often begin at the estimate. “At least 8 years” means that an interval continues beyond the horizon. Run the file again for intervals of version 2.',
    );
    expect(plain(intervalHint(VERSION_1, ru))).toBe(
      'Результат версии 1.1.1: её интервалы построены так, чтобы истинное число лет попало в них у 80 из 100 таких пациентов, и часто начинаются с самой оценки. «8 лет и более» значит, что интервал продолжается за горизонтом прогноза. Чтобы получить интервалы версии 2, запустите расчёт по этому файлу ещё раз.',
    );
  });
});
