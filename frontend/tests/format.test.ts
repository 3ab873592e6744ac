import { describe, expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { createFormat } from '../src/i18n/format';
import { ru } from '../src/i18n/ru';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('Russian plurals', () => {
  test.each([
    [0, '0 монет'],
    [1, '1 монета'],
    [2, '2 монеты'],
    [5, '5 монет'],
    [11, '11 монет'],
    [21, '21 монета'],
    [112, '112 монет'],
    [500, '500 монет'],
  ])('%d coins', (count, expected) => {
    expect(plain(ru.history.cost(count))).toBe(expected);
  });

  test('a number with a decimal takes the genitive singular', () => {
    expect(plain(ru.result.years(5.3))).toBe('5,3 года');
    expect(plain(ru.result.years(5))).toBe('5,0 года');
  });

  test('an unknown balance is left out', () => {
    expect(plain(ru.coins.redeemed(300, 800))).toBe(
      'Зачислено: 300 монет. Теперь на счёте 800 монет.',
    );
    expect(plain(ru.coins.redeemed(300, null))).toBe('Зачислено: 300 монет.');
    expect(plain(en.coins.redeemed(300, null))).toBe('300 coins were added.');
  });

  test('a price after "за" is in the accusative', () => {
    expect(plain(ru.submission.submit(1))).toBe('Рассчитать за 1 монету');
    expect(plain(ru.submission.submit(100))).toBe('Рассчитать за 100 монет');
  });

  test('a number after "из" is in the genitive', () => {
    expect(plain(ru.prediction.running(3, 21))).toBe('Готово 3 из 21 пациента');
    expect(plain(ru.prediction.running(3, 22))).toBe('Готово 3 из 22 пациентов');
  });
});

describe('English plurals', () => {
  test('one and many', () => {
    expect(plain(en.history.patients(1))).toBe('1 patient');
    expect(plain(en.history.patients(10))).toBe('10 patients');
    expect(plain(en.result.years(1))).toBe('1.0 years');
  });
});

describe('numbers', () => {
  test('a time is never printed as 0.0 years', () => {
    const { time } = createFormat('en');
    expect([0, 0.06, 0.1, 5.12].map(time)).toEqual(['<0.1', '<0.1', '0.1', '5.1']);
    expect(plain(en.result.years(0.04))).toBe('<0.1 years');
  });

  test('a negligible contribution has no sign', () => {
    const format = createFormat('en');
    expect(format.signedTenth(-0.04)).toBe('0.0');
    expect(format.signedTenth(0.26)).toBe('+0.3');
    expect(format.signedTenth(-1.26)).toBe('−1.3');
    expect(format.signedWhole(1_500)).toBe('+1,500');
    expect(format.signedWhole(-100)).toBe('−100');
  });

  test('hazards and scores have two decimals', () => {
    const format = createFormat('ru');
    expect(format.hundredth(6.4239)).toBe('6,42');
    expect(format.signedHundredth(0.694)).toBe('+0,69');
    expect(format.signedHundredth(-0.004)).toBe('0,00');
    expect(format.signedHundredth(-0.694)).toBe('−0,69');
    expect(format.hundredth(-1.5)).toBe('−1,50');
  });

  test('a ratio has two significant digits', () => {
    const { ratio } = createFormat('en');
    expect([0.1234, 3.42, 27.3].map(ratio)).toEqual(['0.12', '3.4', '27']);
  });

  test('a probability is never printed as 0% or 100%', () => {
    const { percent } = createFormat('en');
    expect([0, 0.0001, 0.5, 0.994, 0.9999, 1].map(percent)).toEqual([
      '<1%',
      '<1%',
      '50%',
      '99%',
      '>99%',
      '>99%',
    ]);
    expect(plain(createFormat('ru').percent(0.97))).toBe('97 %');
  });

  test('text that is not a date is shown unchanged', () => {
    expect(createFormat('en').dateTime('yesterday')).toBe('yesterday');
    expect(createFormat('en').date('yesterday')).toBe('yesterday');
  });
});

describe('the survival curve in words', () => {
  test('the median is a time, or beyond the end of the curve', () => {
    expect(plain(en.result.median(5.3))).toBe(
      'Half of similar patients live longer than 5.3 years (median survival).',
    );
    expect(plain(ru.result.median(5.3))).toBe(
      'Медиана выживаемости — 5,3 года: половина таких пациентов живёт дольше.',
    );
    expect(plain(en.result.medianBeyond(10))).toContain('live longer than 10 years');
    expect(plain(ru.result.medianBeyond(7))).toContain('живут дольше 7 лет');
  });

  test('the horizon and the curve state their years in the right plural', () => {
    expect(plain(ru.submission.horizon(8))).toBe('Горизонт прогноза — 8 лет.');
    expect(plain(ru.submission.survivalCurve([1, 3, 5]))).toContain('дольше 1, 3 и 5 лет.');
    expect(plain(en.submission.survivalCurve([1, 3, 5]))).toContain('after 1, 3, and 5 years.');
  });
});

describe('a required value that was not entered', () => {
  test.each([
    ['Bilirubin, serum', false, 'Enter the bilirubin.'],
    ['AST (SGOT)', false, 'Enter the AST (SGOT).'],
    ['Oedema', true, 'Choose an answer for oedema.'],
  ])('%s', (label, isChoice, sentence) => {
    expect(en.patient.enter(label, isChoice)).toBe(sentence);
  });

  test('in Russian', () => {
    expect(ru.patient.enter('Билирубин общий', false)).toBe('Введите значение: билирубин общий.');
    expect(ru.patient.enter('АСТ', false)).toBe('Введите значение: АСТ.');
  });
});

test.each([
  ['en', en],
  ['ru', ru],
] as const)('%s: worse means a higher risk, or fewer years', (_, { result }) => {
  const { years, log_hazard, score } = result.scales;
  expect(log_hazard.worse).toBe(score.worse);
  expect(years.better).not.toBe(years.worse);
  expect(log_hazard.worse).toMatch(/raises|выше/);
  expect(years.worse).toMatch(/lowers|ниже/);
  expect(log_hazard.part(Math.LN2)).toMatch(/^\+0[.,]69$/);
});
