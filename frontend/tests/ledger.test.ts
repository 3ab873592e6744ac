import { expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { plainCode, reasonName } from '../src/lib/ledger';

test('a movement of coins is told in words', () => {
  expect(reasonName({ reason: 'refund', amount: 100 }, en)).toBe('Returned for a prediction');
  expect(reasonName({ reason: 'signup', amount: 500 }, ru)).toBe('Начальные монеты');
});

test('of a reason that the page does not know the sign is told', () => {
  expect(reasonName({ reason: 'gift', amount: 5 }, en)).toBe('Coins added');
  expect(reasonName({ reason: 'constructor', amount: -5 }, ru)).toBe('Списание');
});

test('the same code is the same, however it was typed', () => {
  expect(plainCode(' abcde-12345 fghjk')).toBe(plainCode('ABCDE12345FGHJK'));
});
