import { expect, test } from 'vitest';
import { addresses, needsAccount, parseHash } from '../src/lib/routes';

const ID = '9f86d081884c7d659a2feaa0c55ad015';

test.each([
  ['', { name: 'landing' }],
  ['#/', { name: 'landing' }],
  ['#/new', { name: 'new' }],
  ['#/predictions/', { name: 'history' }],
  [`#/predictions/${ID}`, { name: 'prediction', id: ID }],
  [`#/predictions/${ID}/`, { name: 'prediction', id: ID }],
  [`#/predictions/${ID}/def`, { name: 'unknown' }],
  ['#/account', { name: 'account' }],
  ['#/coins', { name: 'coins' }],
  [`#/predictions/${ID}/patients/12`, { name: 'patient', id: ID, row: 12 }],
  [`#/predictions/${ID}/patient`, { name: 'onePatient', id: ID }],
  [`#/predictions/${ID}/patients/2/before/abc/1`, { name: 'invalidPrediction' }],
  [`#/predictions/${ID}/patients/2/before/${ID}/0`, { name: 'unknown' }],
  [`#/predictions/${ID}/patients/0`, { name: 'unknown' }],
  [`#/predictions/${ID}/patients/1e3`, { name: 'unknown' }],
  ['#/toString', { name: 'unknown' }],
])('%s', (hash, route) => {
  expect(parseHash(hash)).toEqual(route);
});

test.each([
  '.',
  '..',
  '%2e%2e',
  '%2E%2E%2Fauth%2Fme',
  '%',
  '%00',
  'abc',
  ID.slice(1),
  `${ID}0`,
  ID.toUpperCase(),
  `${ID}%0a`,
  `${ID}?dry_run=true`,
  `${ID}#`,
])('%s is not a valid prediction id', (id) => {
  expect(parseHash(`#/predictions/${id}`)).toEqual({ name: 'invalidPrediction' });
  expect(parseHash(`#/predictions/${id}/patients/1`)).toEqual({ name: 'invalidPrediction' });
  expect(parseHash(`#/predictions/${id}/patients/1/compare`)).toEqual({
    name: 'invalidPrediction',
  });
});

test('the address of a prediction is parsed to its route', () => {
  expect(parseHash(addresses.prediction(ID))).toEqual({ name: 'prediction', id: ID });
});

test('the address of a patient is parsed to its route', () => {
  expect(parseHash(addresses.patient(ID, 7))).toEqual({ name: 'patient', id: ID, row: 7 });
});

test('the address of a patient names the patient of an earlier calculation', () => {
  const before = { id: ID.replace('9', '8'), row: 3 };
  expect(parseHash(addresses.patient(ID, 7, before))).toEqual({
    name: 'patient',
    id: ID,
    row: 7,
    before,
  });
  expect(parseHash(addresses.onePatient(ID, before))).toEqual({
    name: 'onePatient',
    id: ID,
    before,
  });
});

test('the address of a comparison is parsed to its route, which needs an account', () => {
  const route = parseHash(addresses.comparison(ID, 7));
  expect(route).toEqual({ name: 'comparison', id: ID, row: 7 });
  expect(needsAccount(route)).toBe(true);
});

test('screens with personal data need an account', () => {
  expect(needsAccount(parseHash(`#/predictions/${ID}`))).toBe(true);
  expect(needsAccount(parseHash('#/predictions/abc'))).toBe(true);
  expect(needsAccount(parseHash('#/account'))).toBe(true);
  expect(needsAccount(parseHash('#/coins'))).toBe(true);
  expect(needsAccount(parseHash(`#/predictions/${ID}/patients/1`))).toBe(true);
  expect(needsAccount(parseHash('#/login'))).toBe(false);
});
