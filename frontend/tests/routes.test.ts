import { expect, test } from 'vitest';
import { addresses, needsAccount, parseHash } from '../src/lib/routes';

test.each([
  ['', { name: 'landing' }],
  ['#/', { name: 'landing' }],
  ['#/new', { name: 'new' }],
  ['#/predictions/', { name: 'history' }],
  ['#/predictions/abc', { name: 'prediction', id: 'abc' }],
  ['#/predictions/abc/def', { name: 'unknown' }],
  ['#/predictions/%', { name: 'prediction', id: '%' }],
  ['#/account', { name: 'account' }],
  ['#/coins', { name: 'coins' }],
  ['#/toString', { name: 'unknown' }],
])('%s', (hash, route) => {
  expect(parseHash(hash)).toEqual(route);
});

test('the address of a prediction leads back to it', () => {
  expect(parseHash(addresses.prediction('a/b'))).toEqual({ name: 'prediction', id: 'a/b' });
});

test('what holds patient data needs an account', () => {
  expect(needsAccount(parseHash('#/predictions/abc'))).toBe(true);
  expect(needsAccount(parseHash('#/account'))).toBe(true);
  expect(needsAccount(parseHash('#/coins'))).toBe(true);
  expect(needsAccount(parseHash('#/login'))).toBe(false);
});
