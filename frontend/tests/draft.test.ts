import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as draft from '../src/state/draft';
import { fileCheck } from '../src/state/fileCheck';
import { balance } from '../src/state/session';
import { dryRun } from './fixtures';

interface Asked {
  url: string;
  key: string | null;
  answer: (status: number, body: unknown) => void;
  fail: () => void;
}

let asked: Asked[] = [];

beforeEach(() => {
  asked = [];
  vi.stubGlobal(
    'fetch',
    (request: Request) =>
      new Promise<Response>((resolve, reject) => {
        asked.push({
          url: request.url.replace(/^.*\/api\//, 'api/'),
          key: request.headers.get('idempotency-key'),
          answer: (status, body) => resolve(new Response(JSON.stringify(body), { status })),
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

/** The request number `index`, once it was made. */
function request(index: number): Promise<Asked> {
  return vi.waitFor(() => {
    const found = asked[index];
    if (!found) throw new Error(`request ${index} was not made`);
    return found;
  });
}

function state(expected: string): Promise<void> {
  return vi.waitFor(() => expect(fileCheck.value.state).toBe(expected));
}

async function checked(report = dryRun()): Promise<void> {
  draft.chooseModel('lasso');
  draft.chooseFile(file());
  (await request(0)).answer(200, report);
  await state('done');
}

test('model and file are checked as soon as both are chosen, and the balance is told', async () => {
  draft.chooseModel('lasso');
  expect(fileCheck.value.state).toBe('none');
  draft.chooseFile(file());
  expect(fileCheck.value.state).toBe('checking');
  const check = await request(0);
  expect(check.url).toBe('api/predict/lasso?dry_run=true');
  expect(check.key).toBeNull();
  check.answer(200, dryRun({ balance: 321 }));
  await state('done');
  expect(balance.value).toBe(321);
});

test('an answer about what is no longer chosen is dropped, however late it comes', async () => {
  draft.chooseModel('lasso');
  draft.chooseFile(file());
  const first = await request(0);
  draft.chooseModel('mayo');
  const second = await request(1);
  second.answer(200, dryRun({ cost: 20 }));
  await state('done');
  first.answer(200, dryRun({ cost: 100, balance: 1 }));
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
  await state('failed');
  draft.checkAgain();
  (await request(1)).fail();
  await state('failed');
  const submitting = draft.submit();
  (await request(2)).answer(202, { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 });
  expect(await submitting).toMatchObject({ prediction_id: 'p' });
});

test('a balance that the service could not read is asked for, and the old one is not shown', async () => {
  await checked();
  expect(balance.value).toBe(500);
  const submitting = draft.submit();
  (await request(1)).answer(202, {
    prediction_id: 'p',
    status: 'queued',
    cost: 100,
    balance: null,
  });
  expect(await submitting).toMatchObject({ prediction_id: 'p' });
  expect(balance.value).toBeNull();
  const again = await request(2);
  expect(again.url).toBe('api/auth/balance');
  again.answer(200, { balance: 400 });
  await vi.waitFor(() => expect(balance.value).toBe(400));
});

test('bad rows are refused until they are left out; then the submission says so', async () => {
  await checked(dryRun({ rows_predictable: 2 }));
  expect(await draft.submit()).toBeNull();
  expect(asked).toHaveLength(1);

  draft.leaveBadOut(true);
  const submitting = draft.submit();
  const submission = await request(1);
  expect(submission.url).toBe('api/predict/lasso?on_error=skip');
  submission.answer(202, { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 });
  await submitting;
  expect(draft.leavesBadOut.value).toBe(false);
});

test('other units are checked anew, and submitted', async () => {
  await checked(dryRun({ rows_predictable: 2 }));
  draft.leaveBadOut(true);
  draft.chooseUnits('si');
  expect(draft.leavesBadOut.value).toBe(false);
  const check = await request(1);
  expect(check.url).toBe('api/predict/lasso?dry_run=true&units=si');
  check.answer(200, dryRun());
  await state('done');
  const submitting = draft.submit();
  const submission = await request(2);
  expect(submission.url).toBe('api/predict/lasso?units=si');
  submission.answer(202, { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 });
  await submitting;
});

test('a lost answer is asked for with the same key; other options are another submission', async () => {
  await checked(dryRun({ rows_predictable: 2 }));
  const keyOf = async (index: number) => {
    const submitting = draft.submit();
    const submission = await request(index);
    submission.fail();
    await submitting;
    return submission.key;
  };
  draft.leaveBadOut(true);
  const first = await keyOf(1);
  expect(first).toBeTruthy();
  expect(await keyOf(2)).toBe(first);

  draft.leaveBadOut(false);
  draft.leaveBadOut(true);
  const second = await keyOf(3);
  expect(second).not.toBe(first);

  draft.chooseUnits('si');
  (await request(4)).answer(200, dryRun());
  await state('done');
  expect([first, second]).not.toContain(await keyOf(5));
});
