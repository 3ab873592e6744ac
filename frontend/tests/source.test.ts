import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { uploadBytesMax } from '../src/state/catalogue';
import * as draft from '../src/state/draft';
import { fileCheck } from '../src/state/fileCheck';
import { isAskedToLogInAgain, leave, logIn } from '../src/state/session';
import { uploadedShare } from '../src/state/source';
import { dryRun } from './fixtures';

// A large file by way of the bucket: what is no longer needed there is deleted.

/** The form that is on its way to the bucket. */
class Form {
  static sent: Form[] = [];
  upload = new EventTarget();
  status = 204;
  aborted = false;
  private readonly own = new EventTarget();

  addEventListener(name: string, listener: () => void) {
    this.own.addEventListener(name, listener);
  }
  open() {}
  send() {
    Form.sent.push(this);
  }
  abort() {
    this.aborted = true;
    this.end('abort');
  }
  share(loaded: number) {
    this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded, total: 10 }));
  }
  end(name: 'load' | 'abort') {
    this.own.dispatchEvent(new Event(name));
    this.own.dispatchEvent(new Event('loadend'));
  }
}

let asked: string[] = [];
let answers: Record<string, () => Promise<Response> | Response> = {};

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const place = () =>
  json(201, {
    upload_id: `u${Form.sent.length}`,
    url: 'http://b.test/',
    fields: {},
    bytes_max: 99,
  });
const accepted = () => json(202, { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 });

beforeEach(async () => {
  asked = [];
  Form.sent = [];
  answers = {
    'POST auth/login': () => json(200, { access_token: 't', user_info: {} }),
    'POST uploads': place,
    'POST predict/mayo?dry_run=true': () => json(200, dryRun()),
    'POST predict/mayo': accepted,
    'DELETE uploads/u0': () => new Response(null, { status: 204 }),
  };
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('XMLHttpRequest', Form);
  vi.stubGlobal('fetch', async (request: Request) => {
    const name = `${request.method} ${request.url.replace(/^.*\/api\//, '')}`;
    asked.push(name);
    return answers[name]?.() ?? json(500, {});
  });
  await logIn('anna', 'correct horse');
  uploadBytesMax.value = 4;
  draft.chooseModel('mayo');
});

afterEach(() => {
  leave();
  uploadBytesMax.value = null;
  vi.unstubAllGlobals();
});

const file = (name = 'large.csv') => new File(['ID,Age\n1,2'], name);
const deletions = () => asked.filter((name) => name.startsWith('DELETE'));
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** The form number `index`, once it is on its way. */
function form(index: number): Promise<Form> {
  return vi.waitFor(() => {
    const found = Form.sent[index];
    if (!found) throw new Error(`form ${index} was not sent`);
    return found;
  });
}

async function checked(): Promise<void> {
  draft.chooseFile(file());
  (await form(0)).end('load');
  await vi.waitFor(() => expect(fileCheck.value.state).toBe('done'));
}

test('a checked file that is removed is deleted, once', async () => {
  await checked();
  draft.chooseFile(null);
  draft.chooseFile(null);
  await settled();
  expect(deletions()).toEqual(['DELETE uploads/u0']);
});

test('a checked file that is replaced is deleted, and the new one is sent', async () => {
  await checked();
  draft.chooseFile(file('other.csv'));
  (await form(1)).end('load');
  await vi.waitFor(() => expect(fileCheck.value.state).toBe('done'));
  expect(deletions()).toEqual(['DELETE uploads/u0']);
});

test('another model or unit, and a checked file that is chosen again, delete nothing', async () => {
  await checked();
  draft.chooseUnits('si');
  draft.chooseFile(draft.chosenFile.value);
  await settled();
  expect(deletions()).toEqual([]);
});

test('a deletion that fails is not told and asks nobody to log in', async () => {
  answers['DELETE uploads/u0'] = () => json(401, { code: 'token_expired' });
  await checked();
  draft.chooseFile(null);
  await vi.waitFor(() => expect(deletions()).toHaveLength(1));
  await settled();
  expect(isAskedToLogInAgain.value).toBe(false);
  expect(draft.submissionProblem.value).toBeNull();
  expect(fileCheck.value.state).toBe('none');
});

test('a file that a prediction was started from stays: it goes with its files', async () => {
  await checked();
  expect(await draft.submit()).toMatchObject({ prediction_id: 'p' });
  expect(draft.chosenFile.value).toBeNull();
  await settled();
  expect(deletions()).toEqual([]);
});

test('a refused submission deletes nothing until the file is removed', async () => {
  answers['POST predict/mayo'] = () => json(402, { code: 'not_enough_coins' });
  await checked();
  expect(await draft.submit()).toBeNull();
  await settled();
  expect(deletions()).toEqual([]);
  draft.chooseFile(null);
  await settled();
  expect(deletions()).toEqual(['DELETE uploads/u0']);
});

test('a file that is removed while it is sent is stopped', async () => {
  draft.chooseFile(file());
  const sending = await form(0);
  sending.share(9);
  draft.chooseFile(null);
  await settled();
  expect(sending.aborted).toBe(true);
  expect(uploadedShare.value).toBeNull();
  expect(deletions()).toEqual([]);
});

test('a file that has left as a whole when it is removed is deleted once it has arrived', async () => {
  draft.chooseFile(file());
  const sending = await form(0);
  sending.share(10);
  draft.chooseFile(null);
  sending.share(10);
  await settled();
  expect(sending.aborted).toBe(false);
  expect(uploadedShare.value).toBeNull();
  expect(deletions()).toEqual([]);
  sending.end('load');
  await vi.waitFor(() => expect(deletions()).toEqual(['DELETE uploads/u0']));
});

test('a file that is removed before it has a place is never sent', async () => {
  let give: (answer: Response) => void = () => undefined;
  answers['POST uploads'] = () => new Promise((resolve) => (give = resolve));
  draft.chooseFile(file());
  await vi.waitFor(() => expect(asked).toContain('POST uploads'));
  draft.chooseFile(null);
  give(place());
  await settled();
  expect(Form.sent).toEqual([]);
  expect(uploadedShare.value).toBeNull();
});

test('who logs out deletes nothing: nobody is there any more who could', async () => {
  await checked();
  leave();
  await settled();
  expect(deletions()).toEqual([]);
});
