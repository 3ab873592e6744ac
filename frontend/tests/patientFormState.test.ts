import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { setLanguage } from '../src/i18n';
import type { Field } from '../src/lib/patientForm';
import { NO_READING } from '../src/lib/reading';
import { models } from '../src/state/catalogue';
import * as draft from '../src/state/draft';
import * as form from '../src/state/patientForm';
import { forgetSession } from '../src/state/session';
import {
  catalogueColumn,
  catalogueModel,
  dryRun,
  finishedPrediction,
  patientRow,
} from './fixtures';

const ALBUMIN = catalogueColumn('Albumin', {
  required: true,
  unit: 'g/dL',
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
});

let responses: { status: number; body: unknown }[] = [];
let requests: string[] = [];

beforeAll(() => setLanguage('en'));

beforeEach(() => {
  vi.useFakeTimers();
  requests = [];
  responses = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    requests.push(request.url.replace(/^.*\/api\//, 'api/'));
    const { status, body } = responses.shift() ?? { status: 200, body: dryRun({ rows: 1 }) };
    return new Response(JSON.stringify(body), { status });
  });
  models.value = [catalogueModel({ id: 'lasso', columns: [ALBUMIN] })];
  draft.chooseModel('lasso');
  form.chooseInputMode('form');
  form.chooseSystem('conventional');
});

afterEach(() => {
  forgetSession();
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

test('the file is created after a pause in typing, and discarded when the user types again', async () => {
  form.enterText(albumin(), '3');
  vi.advanceTimersByTime(500);
  form.enterText(albumin(), '3.5');
  vi.advanceTimersByTime(500);
  expect(content()).toBeNull();
  vi.advanceTimersByTime(100);
  expect(await content()).toBe('Albumin [g/dL]\r\n3.5\r\n');
  expect(requests).toHaveLength(0);
  await vi.waitFor(() => expect(requests).toEqual(['api/predict/lasso?dry_run=true']));

  form.enterText(albumin(), '3.56');
  expect(content()).toBeNull();
  form.leaveField(albumin());
  expect(await content()).toBe('Albumin [g/dL]\r\n3.56\r\n');
});

test('a wrong value creates no file, and its finding is shown after the user leaves the field', () => {
  form.enterText(albumin(), '38');
  expect(form.visibleFinding(albumin())).toBeNull();
  form.leaveField(albumin());
  expect(form.visibleFinding(albumin())?.code).toBe('unit_suspected');
  vi.advanceTimersByTime(1000);
  expect(content()).toBeNull();
});

test('clearing the form while leaving a field shows no finding at the empty field', () => {
  form.enterText(albumin(), '3');
  form.leaveFieldSoon(albumin());
  form.clear();
  vi.advanceTimersByTime(1000);
  expect(form.visibleFinding(albumin())).toBeNull();
});

test('starting an incomplete form sends no request and shows what is missing', async () => {
  const startsBefore = form.rejectedStarts.value;
  expect(await form.submitPatients()).toBeNull();
  expect(requests).toEqual([]);
  expect(form.rejectedStarts.value).toBe(startsBefore + 1);
  expect(form.visibleFinding(albumin())?.code).toBe('value_missing');
});

test('a start immediately after typing submits the typed values and clears the form', async () => {
  form.enterText(albumin(), '3.5');
  responses = [
    { status: 200, body: dryRun({ rows: 1 }) },
    { status: 202, body: { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 } },
  ];
  expect(await form.submitPatients()).toMatchObject({ prediction_id: 'p' });
  expect(requests).toEqual(['api/predict/lasso?dry_run=true', 'api/predict/lasso']);
  expect(albumin().text).toBe('');
  vi.advanceTimersByTime(1000);
  expect(content()).toBeNull();
});

test('converted numbers can be kept as typed', async () => {
  form.enterText(albumin(), '35');
  form.chooseSystem('si');
  expect(form.convertedFields.value).toEqual([]);
  form.chooseSystem('conventional');
  form.enterText(albumin(), '3.5');
  form.chooseSystem('si');
  expect(form.convertedFields.value.map(({ typed, text }) => [typed, text])).toEqual([
    [{ text: '3.5', unit: 'g/dL' }, '35'],
  ]);

  form.keepNumbers();
  expect(albumin()).toMatchObject({ text: '3.5', unit: 'g/L', typed: null });
  expect(albumin().finding?.code).toBe('unit_suspected');
  expect(form.areNumbersKept.value).toBe(true);
  expect(form.convertedFields.value).toEqual([]);
  form.enterText(albumin(), '36');
  expect(form.areNumbersKept.value).toBe(false);
  vi.advanceTimersByTime(1000);
  expect(await content()).toBe('Albumin [g/L]\r\n36\r\n');
});

test('changing values fills in the form in the units of the file, and remembers the patient', async () => {
  form.chooseInputMode('file');
  const prediction = finishedPrediction({
    prediction_model_id: 'lasso',
    units: { Albumin: 'g/L' },
  });
  form.changeValues(prediction, patientRow({ row: 3, values: { Albumin: 3.5 } }));
  expect(form.inputMode.value).toBe('form');
  expect(albumin()).toMatchObject({ text: '35', unit: 'g/L', finding: null });
  expect(await content()).toBe('Albumin [g/L]\r\n35\r\n');
  expect(form.changedPatient.value).toEqual({ id: prediction.prediction_id, row: 3 });

  responses = [
    { status: 200, body: dryRun({ rows: 1 }) },
    { status: 202, body: { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 } },
  ];
  form.enterText(albumin(), '36');
  await form.submitPatients();
  expect(form.changedPatient.value).toBeNull();
});

test('values are not kept only if the user says so', async () => {
  draft.setKeepsValues(false);
  form.enterText(albumin(), '3.5');
  responses = [
    { status: 200, body: dryRun({ rows: 1 }) },
    { status: 202, body: { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 } },
  ];
  await form.submitPatients();
  expect(requests.at(-1)).toBe('api/predict/lasso?keep_values=false');
  forgetSession();
  expect(draft.keepsValues.value).toBe(true);
});

test('the file of the form raises no question about marks and codes', async () => {
  form.enterText(albumin(), '3.5');
  vi.advanceTimersByTime(1000);
  expect(draft.reading.value).toEqual({ ...NO_READING, decimal: '.', missing: [] });
});

test('a finding of a rejected submission is shown at the field until its value changes', async () => {
  form.enterText(albumin(), '3.5');
  const finding = { column: 'Albumin', code: 'not_finite', message: '', row: 1, value: '3.5' };
  responses = [
    { status: 200, body: dryRun({ rows: 1, rows_predictable: 1 }) },
    { status: 422, body: { code: 'invalid_rows', request_id: 'r', errors: [finding] } },
  ];
  expect(await form.submitPatients()).toBeNull();
  expect(draft.submissionProblem.value).toMatchObject({
    code: 'invalid_input',
    requestId: 'r',
    findings: [],
  });
  expect(form.visibleFinding(albumin())?.code).toBe('not_finite');
  expect(form.otherFindings.value).toEqual([]);
  form.enterText(albumin(), '3.6');
  expect(form.visibleFinding(albumin())).toBeNull();
  expect(draft.submissionProblem.value).toBeNull();
});

test('file, units and answers are restored with the input mode, and logging out discards everything', () => {
  form.chooseInputMode('file');
  const file = new File(['ID,Age\n1,2'], 'mine.csv');
  draft.chooseFile(file);
  draft.chooseUnits('si');
  draft.setReading({ decimal: ',' });
  form.chooseInputMode('form');
  expect(draft.chosenUnits.value).toBe('stated');
  expect(draft.chosenFile.value).toBeNull();
  form.enterText(albumin(), '3.5');
  form.chooseInputMode('file');
  vi.advanceTimersByTime(1000);
  expect(draft.chosenFile.value).toBe(file);
  expect(draft.chosenUnits.value).toBe('si');
  expect(draft.reading.value).toEqual({ ...NO_READING, decimal: ',' });
  form.chooseInputMode('form');
  expect(albumin().text).toBe('3.5');
  expect(content()).not.toBeNull();

  forgetSession();
  expect(form.inputMode.value).toBe('file');
  expect(draft.chosenFile.value).toBeNull();
  form.chooseInputMode('form');
  expect(albumin().text).toBe('');
  form.chooseInputMode('file');
  expect(draft.chosenFile.value).toBeNull();
});
