import { expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { normaliseVoucherCode, reasonName } from '../src/lib/ledger';

test('a ledger entry is named after its reason', () => {
  expect(reasonName({ reason: 'refund', amount: 100 }, en)).toBe('Refund for a prediction');
  expect(reasonName({ reason: 'signup', amount: 500 }, ru)).toBe('Монеты при регистрации');
});

test('an entry with an unknown reason is named after its sign', () => {
  expect(reasonName({ reason: 'gift', amount: 5 }, en)).toBe('Coins added');
  expect(reasonName({ reason: 'constructor', amount: -5 }, ru)).toBe('Списание');
});

test('spaces, hyphens and case do not matter in a voucher code', () => {
  expect(normaliseVoucherCode(' abcde-12345 fghjk')).toBe(normaliseVoucherCode('ABCDE12345FGHJK'));
});
