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
  ['#/predictions/abc/patients/12', { name: 'patient', id: 'abc', row: 12 }],
  ['#/predictions/abc/patients/0', { name: 'unknown' }],
  ['#/predictions/abc/patients/1e3', { name: 'unknown' }],
  ['#/toString', { name: 'unknown' }],
])('%s', (hash, route) => {
  expect(parseHash(hash)).toEqual(route);
});

test('the address of a prediction leads back to it', () => {
  expect(parseHash(addresses.prediction('a/b'))).toEqual({ name: 'prediction', id: 'a/b' });
});

test('the address of a patient leads back to them', () => {
  const route = parseHash(addresses.patient('a/b', 7));
  expect(route).toEqual({ name: 'patient', id: 'a/b', row: 7 });
});

test('what holds patient data needs an account', () => {
  expect(needsAccount(parseHash('#/predictions/abc'))).toBe(true);
  expect(needsAccount(parseHash('#/account'))).toBe(true);
  expect(needsAccount(parseHash('#/coins'))).toBe(true);
  expect(needsAccount(parseHash('#/predictions/abc/patients/1'))).toBe(true);
  expect(needsAccount(parseHash('#/login'))).toBe(false);
});
