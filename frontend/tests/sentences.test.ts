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

test('too few coins are told in numbers', () => {
  const problem = pageProblem('not_enough_coins', { cost: 100, balance: 21 });
  expect(plain(problemSentence(problem, en))).toContain('costs 100 coins and you have 21 coins');
  expect(plain(problemSentence(problem, ru))).toContain('стоит 100 монет, а у вас 21 монета');
});

test('how long to wait is told if the server says so', () => {
  const problem = pageProblem('temporarily_unavailable', { retryAfterSeconds: 2 });
  expect(plain(problemSentence(problem, ru))).toContain('через 2 секунды');
});

test.each([
  [119, 'in 119 seconds', 'через 119 секунд'],
  [120, 'in 2 minutes', 'через 2 минуты'],
  [841, 'in 15 minutes', 'через 15 минут'],
  [7200, 'in 2 hours', 'через 2 часа'],
  [86_300, 'in 24 hours', 'через 24 часа'],
])('a wait of %d s is told in what one counts in', (retryAfterSeconds, english, russian) => {
  const problem = pageProblem('too_many_requests', { retryAfterSeconds });
  expect(plain(problemSentence(problem, en))).toContain(english);
  expect(plain(problemSentence(problem, ru))).toContain(russian);
});

test('a suspected unit names both units and the value that would be right', () => {
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

test('a limit is told with its unit', () => {
  const finding = { code: 'below_minimum', minimum: 6570, unit: 'days' };
  expect(plain(findingSentence(finding, en))).toBe('Too low: at least 6570 days is possible.');
  expect(plain(findingSentence(finding, ru))).toBe(
    'Слишком низкое значение: допустимо не меньше 6570 дней.',
  );
});

test('what the page has no sentence for is told in the words of the server', () => {
  const problem = pageProblem('bad_answer', { detail: 'Words of the server.' });
  expect(problemSentence({ ...problem, code: 'from_the_future' }, en)).toBe('Words of the server.');
  expect(problemSentence({ ...problem, code: 'constructor' }, en)).toBe('Words of the server.');
  expect(findingSentence({ code: 'new', message: 'Words.' }, ru)).toBe('Words.');
  expect(problemSentence({ ...problem, code: 'x', detail: null }, ru)).toBe('Запрос не принят.');
});

test('the refusal of a form is told at its fields', () => {
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
    code: 'This voucher was used before.',
  });
});

test('a refusal is told at the field that the form has, and at no other one', () => {
  const wrong = pageProblem('wrong_password');
  expect(Object.keys(fieldErrors(wrong, ru, ['old_password', 'new_password']) ?? {})).toEqual([
    'old_password',
  ]);
  expect(Object.keys(fieldErrors(wrong, ru, ['password']) ?? {})).toEqual(['password']);
  expect(fieldErrors(wrong, ru, ['code'])).toBeNull();
  expect(fieldErrors(pageProblem('constructor' as 'bad_answer'), ru)).toBeNull();
  const elsewhere = pageProblem('invalid_input', {
    findings: [{ column: 'email', code: 'not_an_email' }],
  });
  expect(fieldErrors(elsewhere, ru, ['password'])).toBeNull();
});

test('an unknown status is shown as such', () => {
  expect(statusName('running', ru)).toBe('Рассчитывается');
  expect(statusName('archived', en)).toBe('Unknown state: archived');
});

test('a code of a category is said in words, in its column’s before the common ones', () => {
  expect(valueWords('Edema', 'Y', en)).toBe(en.patient.values['Edema.Y']);
  expect(valueWords('Ascites', 'Y', en)).toBe(en.patient.values['Y']);
  expect(valueWords('Stage', 'constructor', en)).toBe('constructor');
});
