import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Column } from '../src/api/types';
import { speak } from '../src/i18n';
import type { Field } from '../src/lib/patientForm';
import { models } from '../src/state/catalogue';
import * as draft from '../src/state/draft';
import * as form from '../src/state/patientForm';
import { leave } from '../src/state/session';
import { catalogueModel, dryRun } from './fixtures';

const ALBUMIN: Column = {
  name: 'Albumin',
  title: { en: 'Albumin', ru: 'Альбумин' },
  kind: 'number',
  required: true,
  unit: 'g/dL',
  allowed: null,
  minimum: 1,
  maximum: 6,
  training_minimum: 1.96,
  training_maximum: 4.64,
  units: [
    { name: 'g/dL', factor: 1 },
    { name: 'g/L', factor: 10 },
  ],
  si_unit: 'g/L',
  si_factor: 10,
};

let answers: { status: number; body: unknown }[] = [];
let asked: string[] = [];

beforeAll(() => speak('en'));

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answers = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request.url.replace(/^.*\/api\//, 'api/'));
    const { status, body } = answers.shift() ?? { status: 200, body: dryRun({ rows: 1 }) };
    return new Response(JSON.stringify(body), { status });
  });
  models.value = [catalogueModel({ id: 'lasso', columns: [ALBUMIN] })];
  draft.chooseModel('lasso');
  form.chooseSource('form');
  form.chooseSystem('conventional');
});

afterEach(() => {
  leave();
  models.value = null;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function albumin(): Field {
  const [field] = form.fields.value;
  if (!field) throw new Error('the form has no field');
  return field;
}

function content(): Promise<string> | null {
  return draft.chosenFile.value?.text() ?? null;
}

test('the file is made after a pause, and withdrawn with the next letter', async () => {
  form.type(albumin(), '3');
  vi.advanceTimersByTime(500);
  form.type(albumin(), '3.5');
  vi.advanceTimersByTime(500);
  expect(content()).toBeNull();
  vi.advanceTimersByTime(100);
  expect(await content()).toBe('Albumin [g/dL]\r\n3.5\r\n');
  expect(asked).toHaveLength(0);
  await vi.waitFor(() => expect(asked).toEqual(['api/predict/lasso?dry_run=true']));

  form.type(albumin(), '3.56');
  expect(content()).toBeNull();
  form.leave(albumin());
  expect(await content()).toBe('Albumin [g/dL]\r\n3.56\r\n');
});

test('nothing wrong becomes a file; it is told once the field was left', () => {
  form.type(albumin(), '38');
  expect(form.toldFault(albumin())).toBeNull();
  form.leave(albumin());
  expect(form.toldFault(albumin())?.code).toBe('unit_suspected');
  vi.advanceTimersByTime(1000);
  expect(content()).toBeNull();
});

test('a form that is cleared on leaving a field is not told that the field is empty', () => {
  form.type(albumin(), '3');
  form.leaveSoon(albumin());
  form.clear();
  vi.advanceTimersByTime(1000);
  expect(form.toldFault(albumin())).toBeNull();
});

test('starting an incomplete form sends nothing and tells what it lacks', async () => {
  const before = form.refusals.value;
  expect(await form.submitPatients()).toBeNull();
  expect(asked).toEqual([]);
  expect(form.refusals.value).toBe(before + 1);
  expect(form.toldFault(albumin())?.code).toBe('value_missing');
});

test('a start right after the last letter submits what was typed, and empties the form', async () => {
  form.type(albumin(), '3.5');
  answers = [
    { status: 200, body: dryRun({ rows: 1 }) },
    { status: 202, body: { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 } },
  ];
  expect(await form.submitPatients()).toMatchObject({ prediction_id: 'p' });
  expect(asked).toEqual(['api/predict/lasso?dry_run=true', 'api/predict/lasso']);
  expect(albumin().text).toBe('');
  vi.advanceTimersByTime(1000);
  expect(content()).toBeNull();
});

test('a refusal of the service is told at the field until it is changed', async () => {
  form.type(albumin(), '3.5');
  const finding = { column: 'Albumin', code: 'not_finite', message: '', row: 1, value: '3.5' };
  answers = [
    { status: 200, body: dryRun({ rows: 1, rows_predictable: 1 }) },
    { status: 422, body: { code: 'invalid_rows', request_id: 'r', errors: [finding] } },
  ];
  expect(await form.submitPatients()).toBeNull();
  expect(draft.submissionProblem.value).toMatchObject({
    code: 'invalid_input',
    requestId: 'r',
    findings: [],
  });
  expect(form.toldFault(albumin())?.code).toBe('not_finite');
  expect(form.otherFindings.value).toEqual([]);
  form.type(albumin(), '3.6');
  expect(form.toldFault(albumin())).toBeNull();
  expect(draft.submissionProblem.value).toBeNull();
});

test('the file and its units come back with the other way, and leaving forgets everything', () => {
  form.chooseSource('file');
  const mine = new File(['ID,Age\n1,2'], 'mine.csv');
  draft.chooseFile(mine);
  draft.chooseUnits('si');
  form.chooseSource('form');
  expect(draft.chosenUnits.value).toBe('stated');
  expect(draft.chosenFile.value).toBeNull();
  form.type(albumin(), '3.5');
  form.chooseSource('file');
  vi.advanceTimersByTime(1000);
  expect(draft.chosenFile.value).toBe(mine);
  expect(draft.chosenUnits.value).toBe('si');
  form.chooseSource('form');
  expect(albumin().text).toBe('3.5');
  expect(content()).not.toBeNull();

  leave();
  expect(form.source.value).toBe('file');
  expect(draft.chosenFile.value).toBeNull();
  form.chooseSource('form');
  expect(albumin().text).toBe('');
  form.chooseSource('file');
  expect(draft.chosenFile.value).toBeNull();
});
