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

  test('what is paid stands in the accusative', () => {
    expect(plain(ru.submission.submit(1))).toBe('Запустить за 1 монету');
    expect(plain(ru.submission.submit(100))).toBe('Запустить за 100 монет');
  });

  test('"of" takes the genitive', () => {
    expect(plain(ru.prediction.running(3, 21))).toBe('Готово 3 из 21 пациента');
    expect(plain(ru.prediction.running(3, 22))).toBe('Готово 3 из 22 пациентов');
  });
});

describe('English plurals', () => {
  test('one and many', () => {
    expect(plain(en.history.rows(1))).toBe('1 patient');
    expect(plain(en.history.rows(10))).toBe('10 patients');
    expect(plain(en.result.years(1))).toBe('1.0 years');
  });
});

describe('numbers', () => {
  test('an open interval says that it goes on', () => {
    expect(plain(en.result.intervalText(5.12, 8, true))).toBe('5.1 to ≥ 8');
    expect(plain(ru.result.intervalText(5.12, 8, true))).toBe('от 5,1 до ≥ 8');
    expect(plain(en.result.intervalText(1, 2.26, false))).toBe('1.0 to 2.3');
  });

  test('a negligible contribution has no sign', () => {
    const format = createFormat('en');
    expect(format.signedTenth(-0.04)).toBe('0.0');
    expect(format.signedTenth(0.26)).toBe('+0.3');
    expect(format.signedTenth(-1.26)).toBe('-1.3');
  });

  test('a date that cannot be read is shown as it came', () => {
    expect(createFormat('en').dateTime('yesterday')).toBe('yesterday');
  });
});
