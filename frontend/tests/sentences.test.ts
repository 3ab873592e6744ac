import { describe, expect, test } from 'vitest';
import { FIELD_CODES, FIELD_NAMES, FINDING_CODES } from '../src/api/findingCodes';
import { PROBLEM_CODES, pageProblem } from '../src/api/problem';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import {
  fieldErrors,
  fieldSentence,
  findingSentence,
  problemSentence,
  statusName,
  valueWords,
  withoutBreaks,
} from '../src/lib/sentences';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe.each([
  ['en', en],
  ['ru', ru],
] as const)('%s', (_, dictionary) => {
  test.each(PROBLEM_CODES)('%s has a sentence', (code) => {
    expect(problemSentence(pageProblem(code), dictionary)).toMatch(/^\p{Lu}.*[.]$/u);
  });

  test.each(FINDING_CODES)('the finding %s has a sentence', (code) => {
    const sentence = findingSentence({ code }, dictionary);
    expect(sentence).toMatch(/^\p{Lu}.*[.]$/u);
    expect(sentence).not.toMatch(/undefined|null|NaN/);
  });

  test.each(FIELD_CODES)('the field code %s has a sentence', (code) => {
    for (const field of FIELD_NAMES) {
      expect(fieldSentence({ code }, field, dictionary)).toMatch(/^\p{Lu}.*[.]$/u);
    }
  });
});

test('the sentence about missing coins names cost and balance', () => {
  const problem = pageProblem('not_enough_coins', { cost: 100, balance: 21 });
  expect(plain(problemSentence(problem, en))).toContain('costs 100 coins and you have 21 coins');
  expect(plain(problemSentence(problem, ru))).toContain('стоит 100 монет, а у вас 21 монета');
});

test('the sentence names the time to wait if the API does', () => {
  const problem = pageProblem('temporarily_unavailable', { retryAfterSeconds: 2 });
  expect(plain(problemSentence(problem, ru))).toContain('через 2 секунды');
});

test.each([
  [119, 'in 119 seconds', 'через 119 секунд'],
  [120, 'in 2 minutes', 'через 2 минуты'],
  [841, 'in 15 minutes', 'через 15 минут'],
  [7200, 'in 2 hours', 'через 2 часа'],
  [86_300, 'in 24 hours', 'через 24 часа'],
])('a wait of %d seconds is named in a suitable unit', (retryAfterSeconds, english, russian) => {
  const problem = pageProblem('too_many_requests', { retryAfterSeconds });
  expect(plain(problemSentence(problem, en))).toContain(english);
  expect(plain(problemSentence(problem, ru))).toContain(russian);
});

test('the sentence about a suspected unit names both units and suggests a value', () => {
  const finding = {
    code: 'unit_suspected',
    unit: 'g/dL',
    hint_unit: 'g/L',
    suggestion: 3.5,
  };
  expect(findingSentence(finding, en)).toBe(
    'This looks like a value in g/L; g/dL is expected. Did you mean 3.5?',
  );
  expect(findingSentence(finding, ru)).toBe(
    'Похоже, что единицы измерения — г/л, а нужны г/дл. Возможно, имелось в виду 3,5?',
  );
});

test('a limit has its unit', () => {
  const finding = { code: 'below_minimum', minimum: 6570, unit: 'days' };
  expect(plain(findingSentence(finding, en))).toBe('Too low: the minimum is 6570 days.');
  expect(plain(findingSentence(finding, ru))).toBe('Слишком низкое значение: минимум — 6570 дней.');
});

test('a code without a sentence shows the message of the API', () => {
  const problem = pageProblem('bad_answer', { detail: 'Message of the API.' });
  expect(problemSentence({ ...problem, code: 'from_the_future' }, en)).toBe('Message of the API.');
  expect(problemSentence({ ...problem, code: 'constructor' }, en)).toBe('Message of the API.');
  expect(findingSentence({ code: 'new', message: 'Message.' }, ru)).toBe('Message.');
  expect(problemSentence({ ...problem, code: 'x', detail: null }, ru)).toBe('Запрос не принят.');
});

test('the problem of a form is shown at its fields', () => {
  const invalid = pageProblem('invalid_input', {
    findings: [
      { column: 'email', code: 'not_an_email' },
      { column: 'password', code: 'too_short' },
      { column: 'somewhere', code: 'too_short' },
    ],
  });
  expect(Object.keys(fieldErrors(invalid, en) ?? {})).toEqual(['email', 'password']);
  expect(fieldErrors(pageProblem('name_taken'), en)).toEqual({
    name: 'This name is already taken. Please choose another one.',
  });
  expect(fieldErrors(pageProblem('wrong_credentials'), en)).toBeNull();
  expect(fieldErrors(pageProblem('voucher_used'), en)).toEqual({
    code: 'This voucher has already been used.',
  });
});

test('a problem is shown only at a field that the form has', () => {
  const wrongPassword = pageProblem('wrong_password');
  expect(
    Object.keys(fieldErrors(wrongPassword, ru, ['old_password', 'new_password']) ?? {}),
  ).toEqual(['old_password']);
  expect(Object.keys(fieldErrors(wrongPassword, ru, ['password']) ?? {})).toEqual(['password']);
  expect(fieldErrors(wrongPassword, ru, ['code'])).toBeNull();
  expect(fieldErrors(pageProblem('constructor' as 'bad_answer'), ru)).toBeNull();
  const otherField = pageProblem('invalid_input', {
    findings: [{ column: 'email', code: 'not_an_email' }],
  });
  expect(fieldErrors(otherField, ru, ['password'])).toBeNull();
});

test('an unknown status is shown as unknown', () => {
  expect(statusName('running', ru)).toBe('Рассчитывается');
  expect(statusName('archived', en)).toBe('Unknown status: archived');
});

test('the meaning of a category code is that of its column, else the general one', () => {
  expect(valueWords('Edema', 'Y', en)).toBe(en.patient.values['Edema.Y']);
  expect(valueWords('Ascites', 'Y', en)).toBe(en.patient.values['Y']);
  expect(valueWords('Stage', 'constructor', en)).toBe('constructor');
});

test('a figure with its standard error is not torn at the end of a line', () => {
  expect(withoutBreaks('74 ± 3 % of the estimates are within 1.5 years.')).toBe(
    '74\u00a0±\u00a03\u00a0% of the estimates are within 1.5 years.',
  );
});
