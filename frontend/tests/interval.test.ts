import { describe, expect, test } from 'vitest';
import type { Row } from '../src/api/types';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import {
  estimateNote,
  estimateText,
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
  const survival = probability === undefined ? [] : [alive(HORIZON, probability)];
  return patientRow({ ...interval, survival });
}

function alive(years: number, probability: number): Row['survival'][number] {
  return { years, probability, lower: null, upper: null };
}

function meaning(interval: Partial<Row>, probability?: number): (string | undefined)[] {
  const row = rowWith(interval, probability);
  return [en, ru].map((dictionary) => plain(intervalMeaning(row, PARAMETERS, dictionary)));
}

describe('the interval in words', () => {
  test.each([
    ['closed', closed, 'from 2.1 to 6.3 years', 'от 2,1 до 6,3 года'],
    ['open', open, 'from 4.2 to 8 years or more', 'от 4,2 до 8 лет и более'],
    ['beyond the horizon', beyond, '8 years or more', '8 лет и более'],
    ['early', { ...closed, lower: 0.04 }, 'from <0.1 to 6.3 years', 'от <0,1 до 6,3 года'],
    ['both ends early', { ...closed, lower: 0.01, upper: 0.08 }, '<0.1 years', '<0,1 года'],
    ['just before the horizon', { ...open, lower: 7.97 }, '8 years or more', '8 лет и более'],
    [
      'closed just before the horizon',
      { ...closed, upper: 7.97 },
      'from 2.1 to nearly 8 years',
      'от 2,1 до почти 8 лет',
    ],
  ])('%s', (_, interval, english, russian) => {
    expect(plain(intervalText(interval, HORIZON, en))).toBe(english);
    expect(plain(intervalText(interval, HORIZON, ru))).toBe(russian);
  });

  test.each([
    [
      'closed',
      closed,
      'expected 5.0 years (from 2.1 to 6.3 years)',
      'ожидается 5,0 года (от 2,1 до 6,3 года)',
    ],
    [
      'open',
      open,
      'expected 5.0 years (from 4.2 to 8 years or more)',
      'ожидается 5,0 года (от 4,2 до 8 лет и более)',
    ],
    [
      'beyond the horizon',
      { ...beyond, years: 7.97 },
      'expected nearly 8 years (8 years or more)',
      'ожидается почти 8 лет (8 лет и более)',
    ],
  ])('the label in a plot: %s', (_, interval, english, russian) => {
    expect(plain(intervalLabel(rowWith(interval), HORIZON, en))).toBe(english);
    expect(plain(intervalLabel(rowWith(interval), HORIZON, ru))).toBe(russian);
  });
});

const LOOK_AHEAD = [
  'The model does not look beyond 8 years.',
  'Дальше 8 лет модель не заглядывает.',
];

describe('what the interval of a row means', () => {
  test.each<[string, Partial<Row>, number | undefined, string, string]>([
    [
      'closed',
      closed,
      0.02,
      '9 of 10 similar patients live longer than 2.1 years; 1 of 10 lives longer than 6.3 years.',
      'Дольше 2,1 года живут 9 из 10 таких пациентов; дольше 6,3 года — 1 из 10.',
    ],
    [
      'closed, without a curve',
      closed,
      undefined,
      '9 of 10 similar patients live longer than 2.1 years; 1 of 10 lives longer than 6.3 years.',
      'Дольше 2,1 года живут 9 из 10 таких пациентов; дольше 6,3 года — 1 из 10.',
    ],
    [
      'closed just before the horizon',
      { ...closed, upper: 7.97 },
      0.098,
      '9 of 10 similar patients live longer than 2.1 years; 1 of 10 lives nearly 8 years or longer.',
      'Дольше 2,1 года живут 9 из 10 таких пациентов; почти 8 лет или дольше — 1 из 10.',
    ],
    [
      'open',
      open,
      0.761,
      '9 of 10 similar patients live longer than 4.2 years; 76 of 100 live longer than 8 years. The model does not look beyond 8 years.',
      'Дольше 4,2 года живут 9 из 10 таких пациентов; дольше 8 лет — 76 из 100. Дальше 8 лет модель не заглядывает.',
    ],
    [
      'open, without a curve',
      open,
      undefined,
      '9 of 10 similar patients live longer than 4.2 years; more than 1 of 10 lives longer than 8 years. The model does not look beyond 8 years.',
      'Дольше 4,2 года живут 9 из 10 таких пациентов; дольше 8 лет — больше чем 1 из 10. Дальше 8 лет модель не заглядывает.',
    ],
    [
      'open, and the rounded share is the quantile',
      { ...open, lower: 1.2 },
      0.1004,
      '9 of 10 similar patients live longer than 1.2 years; more than 1 of 10 lives longer than 8 years. The model does not look beyond 8 years.',
      'Дольше 1,2 года живут 9 из 10 таких пациентов; дольше 8 лет — больше чем 1 из 10. Дальше 8 лет модель не заглядывает.',
    ],
    [
      'beyond the horizon',
      beyond,
      0.954,
      '95 of 100 similar patients live longer than 8 years. The model does not look beyond 8 years.',
      'Дольше 8 лет живут 95 из 100 таких пациентов. Дальше 8 лет модель не заглядывает.',
    ],
    [
      'beyond the horizon, and nobody is promised to live',
      beyond,
      0.999,
      'More than 99 of 100 similar patients live longer than 8 years. The model does not look beyond 8 years.',
      'Дольше 8 лет живут больше 99 из 100 таких пациентов. Дальше 8 лет модель не заглядывает.',
    ],
    [
      'beyond the horizon, without a curve',
      beyond,
      undefined,
      'More than 9 of 10 similar patients live longer than 8 years. The model does not look beyond 8 years.',
      'Дольше 8 лет живут больше чем 9 из 10 таких пациентов. Дальше 8 лет модель не заглядывает.',
    ],
    [
      'at the horizon as printed',
      { ...open, lower: 7.97 },
      0.8996,
      'About 9 of 10 similar patients live longer than 8 years. The model does not look beyond 8 years.',
      'Дольше 8 лет живут примерно 9 из 10 таких пациентов. Дальше 8 лет модель не заглядывает.',
    ],
    [
      'beyond the horizon, and the rounded share is the quantile',
      beyond,
      0.9035,
      'About 9 of 10 similar patients live longer than 8 years. The model does not look beyond 8 years.',
      'Дольше 8 лет живут примерно 9 из 10 таких пациентов. Дальше 8 лет модель не заглядывает.',
    ],
    [
      'near zero',
      { ...closed, lower: 0.03 },
      0.001,
      'At least 1 of 10 similar patients dies within weeks; 1 of 10 lives longer than 6.3 years.',
      'В первые недели умирает не меньше 1 из 10 таких пациентов; дольше 6,3 года — 1 из 10.',
    ],
    [
      'near zero and open',
      { ...open, lower: 0.03 },
      0.21,
      'At least 1 of 10 similar patients dies within weeks; 21 of 100 live longer than 8 years. The model does not look beyond 8 years.',
      'В первые недели умирает не меньше 1 из 10 таких пациентов; дольше 8 лет — 21 из 100. Дальше 8 лет модель не заглядывает.',
    ],
    [
      'both ends near zero',
      { ...closed, lower: 0.01, upper: 0.08 },
      0.001,
      'At least 9 of 10 similar patients die within weeks.',
      'В первые недели умирают не меньше 9 из 10 таких пациентов.',
    ],
    [
      'at zero, without a curve, which does not tell how many die early',
      { ...closed, lower: 0 },
      undefined,
      'Some similar patients die very early, so the interval begins at 0; 1 of 10 lives longer than 6.3 years.',
      'Некоторые из таких пациентов умирают очень рано, поэтому интервал начинается с нуля; дольше 6,3 года — 1 из 10.',
    ],
  ])('%s', (_, interval, probability, english, russian) => {
    expect(meaning(interval, probability)).toEqual([english, russian]);
    const { upper_open } = rowWith(interval);
    for (const [index, sentence] of meaning(interval, probability).entries()) {
      expect(sentence?.endsWith(LOOK_AHEAD[index] ?? '')).toBe(upper_open);
    }
  });

  test('the horizon and the quantiles are those of the model', () => {
    const mayo = { horizon: 7, intervalQuantiles: [0.05, 0.8] } as const;
    const openAtSeven = { ...patientRow({ ...open, upper: 7 }), survival: [alive(7, 0.64)] };
    expect(plain(intervalMeaning(openAtSeven, mayo, en))).toBe(
      '95 of 100 similar patients live longer than 4.2 years; 64 of 100 live longer than 7 years. The model does not look beyond 7 years.',
    );
    expect(plain(intervalMeaning(openAtSeven, mayo, ru))).toBe(
      'Дольше 4,2 года живут 95 из 100 таких пациентов; дольше 7 лет — 64 из 100. Дальше 7 лет модель не заглядывает.',
    );
    expect(plain(intervalMeaning(rowWith(closed), mayo, en))).toBe(
      '95 of 100 similar patients live longer than 2.1 years; 2 of 10 live longer than 6.3 years.',
    );
  });

  test('the share of those who outlive the horizon is the one that the table of the curve prints', () => {
    expect(en.format.percent(0.285)).toBe('29%');
    expect(meaning(open, 0.285)[0]).toContain('29 of 100 live');
  });

  test('a result of version 1 explains an open end only if the interval has one', () => {
    for (const [dictionary, openEnd] of [
      [en, '“8 years or more”'],
      [ru, '«8 лет и более»'],
    ] as const) {
      expect(plain(intervalHint(VERSION_1, dictionary, true))).toContain(openEnd);
      expect(plain(intervalHint(VERSION_1, dictionary, false))).not.toMatch(/[“«]8/);
    }
  });
});

describe('an estimate as a part of the horizon', () => {
  test.each([
    [7.2, '7.2 of the next 8 years', '7,2 из ближайших 8 лет'],
    [7.94, '7.9 of the next 8 years', '7,9 из ближайших 8 лет'],
    [7.96, 'nearly all of the next 8 years', 'почти все ближайшие 8 лет'],
    [8, 'nearly all of the next 8 years', 'почти все ближайшие 8 лет'],
    [0.1, '0.1 of the next 8 years', '0,1 из ближайших 8 лет'],
    [0.04, 'less than 0.1 years within the next 8 years', 'меньше 0,1 года за ближайшие 8 лет'],
    [0, 'less than 0.1 years within the next 8 years', 'меньше 0,1 года за ближайшие 8 лет'],
  ])('%d years', (years, english, russian) => {
    expect(plain(estimateText(years, HORIZON, en))).toBe(english);
    expect(plain(estimateText(years, HORIZON, ru))).toBe(russian);
  });

  test('the horizon is that of the model', () => {
    expect(plain(estimateText(6.98, 7, en))).toBe('nearly all of the next 7 years');
    expect(plain(estimateText(6.98, HORIZON, en))).toBe('7.0 of the next 8 years');
    expect(plain(en.interval.estimate.notLifeExpectancy(7))).toBe(
      'Not life expectancy: the model looks 7 years ahead.',
    );
    expect(plain(ru.interval.estimate.notLifeExpectancy(7))).toBe(
      'Это не ожидаемая продолжительность жизни: модель смотрит только на 7 лет вперёд.',
    );
  });
});

describe('a note on the estimate', () => {
  const notes = (estimate: Parameters<typeof estimateNote>[0]) =>
    [en, ru].map((dictionary) => plain(estimateNote(estimate, PARAMETERS, dictionary)));

  test('an estimate below the interval is explained', () => {
    expect(notes({ ...beyond, years: 7.8 })).toEqual([
      'The estimate of 7.8 years lies below the interval because it is a mean: nobody counts for more than 8 years, and early deaths pull the mean down.',
      'Оценка (7,8 года) меньше начала интервала, потому что это среднее: никому не засчитывается больше 8 лет, а ранние смерти снижают среднее.',
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
      'The estimate is somewhat too short: if 1 of 10 lives longer than 2.6 years, the mean is at least 0.3 years.',
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
      'Interval: 9 of 10 live beyond its start, 1 of 10 beyond its end',
    );
    expect(plain(intervalHeading(PARAMETERS, ru))).toBe(
      'Интервал: 9 из 10 живут дольше нижней границы, 1 из 10 — дольше верхней',
    );
    expect(plain(intervalHint(RESULT, en))).toContain('9 of 10 similar patients live beyond');
    expect(plain(intervalHint(RESULT, ru))).toContain(
      '9 из 10 таких пациентов живут дольше нижней границы',
    );
  });

  test('only the estimate of a model with a curve can lie below the interval', () => {
    expect(intervalHint(RESULT, en)).toMatch(/, so early deaths can pull it below the interval\.$/);
    const withoutCurve = { ...RESULT, hasCurve: false };
    expect(intervalHint(withoutCurve, en)).toMatch(/years lived within these 8\u00a0years\.$/);
    expect(intervalHint(withoutCurve, ru)).toMatch(/прожитых за эти 8\u00a0лет\.$/);
  });

  test('it does not say so of a result of version 1', () => {
    expect(intervalHeading(VERSION_1, en)).toBe('Interval');
    expect(intervalHeading(VERSION_1, ru)).toBe('Интервал');
    expect(plain(intervalHint(VERSION_1, en))).toBe(
      'Result of version 1.1.1: its intervals were made to contain the true number of years for 80 of 100 similar patients, and often begin at the estimate. “8 years or more” means that the model does not look further. Run the file again for intervals of version 2.',
    );
    expect(plain(intervalHint(VERSION_1, ru))).toBe(
      'Результат версии 1.1.1: её интервалы построены так, чтобы истинное число лет попало в них у 80 из 100 таких пациентов, и часто начинаются с самой оценки. «8 лет и более» значит, что дальше модель не заглядывает. Чтобы получить интервалы версии 2, рассчитайте прогноз по этому файлу ещё раз.',
    );
  });
});
