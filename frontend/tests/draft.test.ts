import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NO_READING } from '../src/lib/reading';
import { models } from '../src/state/catalogue';
import * as draft from '../src/state/draft';
import { fileCheck } from '../src/state/fileCheck';
import { knownHeadings, rememberHeadings } from '../src/state/knownHeadings';
import { balance, forgetSession } from '../src/state/session';
import { catalogueColumn, catalogueModel, dryRun, previewColumn } from './fixtures';

interface SentRequest {
  url: string;
  body: Promise<string>;
  key: string | null;
  respond: (status: number, body: unknown) => void;
  fail: () => void;
}

let requests: SentRequest[] = [];

beforeEach(() => {
  requests = [];
  vi.stubGlobal(
    'fetch',
    (request: Request) =>
      new Promise<Response>((resolve, reject) => {
        requests.push({
          url: request.url.replace(/^.*\/api\//, 'api/'),
          body: request.text(),
          key: request.headers.get('idempotency-key'),
          respond: (status, body) => resolve(new Response(JSON.stringify(body), { status })),
          fail: () => reject(new TypeError('offline')),
        });
      }),
  );
});

afterEach(() => {
  draft.chooseFile(null);
  draft.chooseUnits('stated');
  vi.unstubAllGlobals();
});

const file = (name = 'patients.csv') => new File(['ID,Age\n1,2'], name);

/** Wait for the request number `index`. */
function request(index: number): Promise<SentRequest> {
  return vi.waitFor(() => {
    const sent = requests[index];
    if (!sent) throw new Error(`request ${index} was not sent`);
    return sent;
  });
}

function checkState(expected: string): Promise<void> {
  return vi.waitFor(() => expect(fileCheck.value.state).toBe(expected));
}

async function chooseAndCheckFile(report = dryRun()): Promise<void> {
  draft.chooseModel('lasso');
  draft.chooseFile(file());
  (await request(0)).respond(200, report);
  await checkState('done');
}

test('a file is checked as soon as it and a model are chosen, and the check updates the balance', async () => {
  draft.chooseModel('lasso');
  expect(fileCheck.value.state).toBe('none');
  draft.chooseFile(file());
  expect(fileCheck.value.state).toBe('checking');
  const check = await request(0);
  expect(check.url).toBe('api/predict/lasso?dry_run=true');
  expect(check.key).toBeNull();
  check.respond(200, dryRun({ balance: 321 }));
  await checkState('done');
  expect(balance.value).toBe(321);
});

test('the check of an earlier choice is dropped, however late its response comes', async () => {
  draft.chooseModel('lasso');
  draft.chooseFile(file());
  const first = await request(0);
  draft.chooseModel('mayo');
  const second = await request(1);
  second.respond(200, dryRun({ cost: 20 }));
  await checkState('done');
  first.respond(200, dryRun({ cost: 100, balance: 1 }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(fileCheck.value).toMatchObject({ report: { cost: 20 } });
  expect(balance.value).toBe(500);

  draft.chooseUnits('si');
  const third = await request(2);
  draft.chooseFile(null);
  third.fail();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(fileCheck.value.state).toBe('none');
});

test('a check that failed can be tried again and does not block the submission', async () => {
  draft.chooseModel('lasso');
  draft.chooseFile(file());
  (await request(0)).fail();
  await checkState('failed');
  draft.checkAgain();
  (await request(1)).fail();
  await checkState('failed');
  const submitting = draft.submit();
  (await request(2)).respond(202, {
    prediction_id: 'p',
    status: 'queued',
    cost: 100,
    balance: 400,
  });
  expect(await submitting).toMatchObject({ prediction_id: 'p' });
});

test('a balance that the API could not read is fetched again, and the old one is not shown', async () => {
  await chooseAndCheckFile();
  expect(balance.value).toBe(500);
  const submitting = draft.submit();
  (await request(1)).respond(202, {
    prediction_id: 'p',
    status: 'queued',
    cost: 100,
    balance: null,
  });
  expect(await submitting).toMatchObject({ prediction_id: 'p' });
  expect(balance.value).toBeNull();
  const balanceRequest = await request(2);
  expect(balanceRequest.url).toBe('api/auth/balance');
  balanceRequest.respond(200, { balance: 400 });
  await vi.waitFor(() => expect(balance.value).toBe(400));
});

test('bad rows prevent the start until the user skips them', async () => {
  await chooseAndCheckFile(dryRun({ rows_predictable: 2 }));
  expect(await draft.submit()).toBeNull();
  expect(requests).toHaveLength(1);

  draft.setSkipsBadRows(true);
  const submitting = draft.submit();
  const submission = await request(1);
  expect(submission.url).toBe('api/predict/lasso?on_error=skip');
  submission.respond(202, { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 });
  await submitting;
  expect(draft.skipsBadRows.value).toBe(false);
});

test('a change of units checks the file again, and the submission has the units', async () => {
  await chooseAndCheckFile(dryRun({ rows_predictable: 2 }));
  draft.setSkipsBadRows(true);
  draft.chooseUnits('si');
  expect(draft.skipsBadRows.value).toBe(false);
  const check = await request(1);
  expect(check.url).toBe('api/predict/lasso?dry_run=true&units=si');
  check.respond(200, dryRun());
  await checkState('done');
  const submitting = draft.submit();
  const submission = await request(2);
  expect(submission.url).toBe('api/predict/lasso?units=si');
  submission.respond(202, { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 });
  await submitting;
});

test('chosen units hold for the next files, but not after logging out', async () => {
  draft.chooseUnits('si');
  await chooseAndCheckFile();
  expect(draft.chosenUnits.value).toBe('si');
  const submitting = draft.submit();
  const submission = await request(1);
  expect(submission.url).toContain('units=si');
  submission.respond(202, { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 });
  await submitting;
  expect(draft.chosenUnits.value).toBe('si');

  draft.chooseFile(file('next.csv'));
  expect(draft.chosenUnits.value).toBe('si');
  // Units that are known, such as those of a sample, are no choice of the user.
  draft.chooseFile(file('sample.csv'), undefined, 'stated');
  expect(draft.chosenUnits.value).toBe('stated');
  draft.chooseFile(file('another.csv'));
  expect(draft.chosenUnits.value).toBe('si');
  forgetSession();
  expect(draft.chosenUnits.value).toBe('stated');
});

test('a repeated submission has the same key, and one with other options has another key', async () => {
  await chooseAndCheckFile(dryRun({ rows_predictable: 2 }));
  const keyOf = async (index: number) => {
    const submitting = draft.submit();
    const submission = await request(index);
    submission.fail();
    await submitting;
    return submission.key;
  };
  draft.setSkipsBadRows(true);
  const first = await keyOf(1);
  expect(first).toBeTruthy();
  expect(await keyOf(2)).toBe(first);

  draft.setSkipsBadRows(false);
  draft.setSkipsBadRows(true);
  const second = await keyOf(3);
  expect(second).not.toBe(first);

  draft.chooseUnits('si');
  (await request(4)).respond(200, dryRun());
  await checkState('done');
  expect([first, second]).not.toContain(await keyOf(5));
});

test('an answer about the file checks it again, is submitted with it, and ends with the file', async () => {
  await chooseAndCheckFile();
  draft.setReading({ columnUnits: { Bilirubin: 'umol/L' } });
  const check = await request(1);
  expect(await check.body).toContain('{"Bilirubin":"umol/L"}');
  check.respond(200, dryRun());
  await checkState('done');
  const submitting = draft.submit();
  const submission = await request(2);
  expect(await submission.body).toContain('{"Bilirubin":"umol/L"}');
  submission.fail();
  await submitting;
  draft.chooseFile(file('other.csv'));
  expect(draft.reading.value).toEqual(NO_READING);
  expect(await (await request(3)).body).not.toContain('column_units');
});

test('choices that are not applied yet survive an answer, and end with the file', async () => {
  await chooseAndCheckFile();
  draft.mappingChoices.value = { 1: { unit: 'umol/L' } };
  draft.setReading({ missing: ['999'] });
  draft.chooseModel('mayo');
  draft.chooseUnits('si');
  expect(draft.mappingChoices.value).toEqual({ 1: { unit: 'umol/L' } });
  draft.undoAnswers();
  expect(draft.mappingChoices.value).toEqual({});
  draft.mappingChoices.value = { 1: { unit: 'umol/L' } };
  draft.chooseFile(file('other.csv'));
  expect(draft.mappingChoices.value).toEqual({});
});

test('a remembered heading is used once, and the user can forget it', async () => {
  const stored = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  models.value = [catalogueModel({ id: 'lasso', columns: [catalogueColumn('Bilirubin')] })];
  rememberHeadings({ bili: { column: 'Bilirubin', unit: null } });
  const preview = { columns: [previewColumn('bili', null)], rows: [] };

  draft.chooseModel('lasso');
  draft.chooseFile(file());
  (await request(0)).respond(422, { code: 'column_missing', preview });
  const second = await request(1);
  expect(await second.body).toContain('{"bili":"Bilirubin"}');
  expect(Object.keys(draft.recalledHeadings.value ?? {})).toEqual(['bili']);
  second.respond(422, { code: 'column_missing', preview });
  await checkState('failed');
  expect(requests).toHaveLength(2);

  expect(draft.isAnswered.value).toBe(false);
  draft.setReading({ decimal: ',' });
  expect(draft.isAnswered.value).toBe(true);
  await request(2);
  draft.undoAnswers();
  expect(draft.isAnswered.value).toBe(false);
  expect(await (await request(3)).body).toContain('{"bili":"Bilirubin"}');

  draft.forgetRecalledHeadings();
  expect(await (await request(4)).body).not.toContain('"bili"');
  expect(knownHeadings()).toEqual({});
});
