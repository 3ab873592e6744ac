import { describe, expect, test } from 'vitest';
import { COLUMN_ASSUMPTIONS, FILE_ASSUMPTIONS } from '../src/api/assumptionKinds';
import { FIELD_CODES, FIELD_NAMES, FINDING_CODES } from '../src/api/findingCodes';
import { PROBLEM_CODES, pageProblem } from '../src/api/problem';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { assumptionLines } from '../src/lib/assumptions';
import {
  fieldErrors,
  fieldSentence,
  findingSentence,
  problemSentence,
  statusName,
  valueWords,
  withoutBreaks,
} from '../src/lib/sentences';
import { repositoryFile } from './fixtures';

/** The values of all kinds of assumptions. */
const PARAMS = {
  separator: ';',
  median: 22,
  line: 3,
  encoding: 'windows-1252',
  count: 2,
  columns: ['Stage'],
  sheet: 'Patients',
  sheets: 2,
  heading: 'cu',
  unit: 'ug/day',
  words: { f: 'F' },
  texts: ['.', '-'],
  example: '1,650',
  value: 1650,
};
const FORMATS_OF_THE_SERVICE = repositoryFile('chalicelib/inference/patient_file/formats.py');
const FILE_FORMATS = new Set(
  [...FORMATS_OF_THE_SERVICE.matchAll(/_format\(\s*"(\w+)"/g)].map(([, code]) => code ?? ''),
);

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe.each([
  ['en', en],
  ['ru', ru],
] as const)('%s', (_, dictionary) => {
  test.each(PROBLEM_CODES)('%s has a sentence', (code) => {
    expect(problemSentence(pageProblem(code), dictionary)).toMatch(/^\p{Lu}.*[.]$/u);
  });

  test.each(FINDING_CODES)('the finding %s has a sentence', (code) => {
    for (const row of [null, 3]) {
      const sentence = findingSentence({ code, row }, dictionary);
      expect(sentence).toMatch(/^[\p{Lu}“«].*[.?]$/u);
      expect(sentence).not.toMatch(/undefined|null|NaN/);
    }
  });

  test.each([...FILE_ASSUMPTIONS, ...COLUMN_ASSUMPTIONS])(
    'the assumption %s has a sentence',
    (kind) => {
      const assumption = { kind, column: 'Copper', text: 'From the API.', params: PARAMS };
      const lines = assumptionLines([assumption], {
        dictionary,
        language: 'ru',
        columnByName: () => null,
      });
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^\p{Lu}.*[.]$/u);
      expect(lines[0]).not.toMatch(/undefined|null|NaN|From the API/);
    },
  );

  test.each([...FILE_FORMATS])(
    'a file of the format %s is refused with how to export it',
    (format) => {
      const sentence = problemSentence(pageProblem('not_a_csv', { format }), dictionary);
      expect(sentence).not.toBe(problemSentence(pageProblem('not_a_csv'), dictionary));
      expect(sentence).toMatch(/^\p{Lu}.*[.]$/u);
    },
  );

  test.each(FIELD_CODES)('the field code %s has a sentence', (code) => {
    for (const field of FIELD_NAMES) {
      expect(fieldSentence({ code }, field, dictionary)).toMatch(/^\p{Lu}.*[.]$/u);
    }
  });
});

test('every code that the API documents has a sentence', () => {
  const documented = repositoryFile('docs/openapi.json').matchAll(/- `(\w+)`: /g);
  const codes = new Set([...documented].map(([, code]) => code ?? ''));
  expect(codes.size).toBeGreaterThan(40);
  expect(PROBLEM_CODES).toEqual(expect.arrayContaining([...codes]));
});

test('all formats that the service refuses by name are found in its source', () => {
  expect(FILE_FORMATS.size).toBeGreaterThan(30);
});

test('every unit of a column has a Russian name', () => {
  const columns = repositoryFile('chalicelib/inference/patient_file/columns.py');
  const units = [...columns.matchAll(/(?:unit=|Unit\()"([^"]+)"/g)].map(([, unit]) => unit ?? '');
  expect(units.length).toBeGreaterThan(10);
  for (const unit of units) expect(ru.unit(unit)).not.toMatch(/[a-z]/i);
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

test('the question about the unit of a column names its median in both units', () => {
  const finding = {
    code: 'unit_suspected',
    row: null,
    column: 'Bilirubin',
    unit: 'mg/dL',
    hint_unit: 'umol/L',
    median: 21,
    suggestion: 1.228,
  };
  expect(plain(findingSentence(finding, en))).toBe(
    'The median is 21. In mg/dL that is hardly possible. This looks like µmol/L: 21 µmol/L is 1.228 mg/dL.',
  );
  expect(plain(findingSentence(finding, ru))).toBe(
    'Медиана — 21. Если единицы — мг/дл, таких значений почти не бывает. Похоже, что единицы измерения — мкмоль/л: 21 мкмоль/л — это 1,228 мг/дл.',
  );
});

test.each([
  ['INR', 'This looks like the INR.', 'Похоже на МНО.'],
  ['%', 'prothrombin in percent (Quick).', 'протромбин по Квику (в процентах).'],
])('prothrombin as %s cannot be converted: seconds are needed', (hint_unit, english, russian) => {
  const finding = {
    code: 'unit_suspected',
    row: null,
    column: 'Prothrombin',
    unit: 's',
    hint_unit,
  };
  const columnFinding = { ...finding, median: 72, suggestion: null };
  expect(findingSentence(columnFinding, en)).toContain(english);
  expect(findingSentence(columnFinding, en)).toContain('in seconds');
  expect(findingSentence(columnFinding, ru)).toContain(russian);
  expect(findingSentence(columnFinding, ru)).toContain('в секундах');
});

test('a warning about a unit compares the median with the patients of the study', () => {
  const warning = {
    code: 'unit_odd',
    row: null,
    column: 'Bilirubin',
    unit: 'mg/dL',
    hint_unit: 'umol/L',
    median: 22,
  };
  expect(plain(findingSentence({ ...warning, usual_maximum: 8 }, en))).toBe(
    'The median is 22 mg/dL. 9 of 10 patients of the study had less than 8. Is it µmol/L?',
  );
  expect(plain(findingSentence({ ...warning, median: 0.1, usual_minimum: 0.6 }, ru))).toBe(
    'Медиана — 0,1 мг/дл. Почти у всех пациентов больше 0,6. Может быть, единицы — мкмоль/л?',
  );
  expect(
    plain(findingSentence({ ...warning, other_column: 'Albumin', other_unit: 'g/L' }, en)),
  ).toBe('The median is 22 mg/dL. The column Albumin of this file is in g/L. Is it µmol/L?');
});

test('a number that may be a code for a missing value is counted in its column', () => {
  const finding = { code: 'missing_code_suspected', column: 'Copper', example: '999', count: 5 };
  expect(plain(findingSentence({ ...finding, row: null }, en))).toContain('“999” occurs 5 times');
  expect(plain(findingSentence({ ...finding, row: null }, ru))).toContain('встречается 5 раз и');
  expect(findingSentence({ ...finding, row: 2 }, en)).toContain('leave the cell empty');
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
  const bothTaken = pageProblem('name_taken', {
    findings: [
      { column: 'name', code: 'name_taken' },
      { column: 'email', code: 'email_taken' },
    ],
  });
  expect(fieldErrors(bothTaken, en)).toEqual({
    name: 'This name is already taken. Please choose another one.',
    email: 'There is already an account with this e-mail address.',
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
  expect(withoutBreaks('74 ± 3% of the estimates are within 1.5 years.')).toBe(
    '74\u00a0±\u00a03% of the estimates are within 1.5 years.',
  );
  expect(withoutBreaks('74 ± 3 % прогнозов')).toBe('74\u00a0±\u00a03\u00a0% прогнозов');
});

test('a file that mixes decimal marks has to be corrected', () => {
  const finding = { code: 'decimal_unclear', allowed: [], example: '1,65', other_example: '10.4' };
  for (const dictionary of [en, ru]) {
    const sentence = findingSentence(finding, dictionary);
    expect(sentence).toContain('1,65');
    expect(sentence).toContain('10.4');
    expect(sentence).not.toBe(findingSentence({ ...finding, allowed: ['.'] }, dictionary));
  }
});

test('for a unit that cannot be converted, the user is not asked to choose one', () => {
  const problem = (hint_unit?: string) =>
    pageProblem('unit_unknown', {
      findings: [{ code: 'unit_unknown', ...(hint_unit && { hint_unit }) }],
    });
  expect(problemSentence(problem('%'), en)).toContain('ask the laboratory for the time in seconds');
  expect(problemSentence(problem('INR'), ru)).toContain('Запросите в лаборатории');
  expect(problemSentence(problem(), en)).toContain('choose the unit below');
});
