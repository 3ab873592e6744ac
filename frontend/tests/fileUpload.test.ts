import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { uploadBytesMax } from '../src/state/catalogue';
import * as draft from '../src/state/draft';
import { fileCheck } from '../src/state/fileCheck';
import { uploadProgress } from '../src/state/fileUpload';
import { forgetSession, isAskedToLogInAgain, logIn } from '../src/state/session';
import { dryRun } from './fixtures';

// The upload of large files to the bucket, and its deletion when it is no longer needed.

/** A fake XMLHttpRequest that uploads a file to the bucket. */
class FakeUpload {
  static sent: FakeUpload[] = [];
  upload = new EventTarget();
  status = 204;
  aborted = false;
  private readonly events = new EventTarget();

  addEventListener(name: string, listener: () => void) {
    this.events.addEventListener(name, listener);
  }
  open() {}
  send() {
    FakeUpload.sent.push(this);
  }
  abort() {
    this.aborted = true;
    this.end('abort');
  }
  progress(loaded: number) {
    this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded, total: 10 }));
  }
  end(name: 'load' | 'abort') {
    this.events.dispatchEvent(new Event(name));
    this.events.dispatchEvent(new Event('loadend'));
  }
}

let requests: string[] = [];
let responses: Record<string, () => Promise<Response> | Response> = {};

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const newUpload = () =>
  json(201, {
    upload_id: `u${FakeUpload.sent.length}`,
    url: 'http://b.test/',
    fields: {},
    bytes_max: 99,
  });
const accepted = () => json(202, { prediction_id: 'p', status: 'queued', cost: 100, balance: 400 });

beforeEach(async () => {
  requests = [];
  FakeUpload.sent = [];
  responses = {
    'POST auth/login': () => json(200, { access_token: 't', user_info: {} }),
    'POST uploads': newUpload,
    'POST predict/mayo?dry_run=true': () => json(200, dryRun()),
    'POST predict/mayo': accepted,
    'DELETE uploads/u0': () => new Response(null, { status: 204 }),
  };
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('XMLHttpRequest', FakeUpload);
  vi.stubGlobal('fetch', async (request: Request) => {
    const name = `${request.method} ${request.url.replace(/^.*\/api\//, '')}`;
    requests.push(name);
    return responses[name]?.() ?? json(500, {});
  });
  await logIn('anna', 'correct horse');
  uploadBytesMax.value = 4;
  draft.chooseModel('mayo');
});

afterEach(() => {
  forgetSession();
  uploadBytesMax.value = null;
  vi.unstubAllGlobals();
});

const file = (name = 'large.csv') => new File(['ID,Age\n1,2'], name);
const deletions = () => requests.filter((name) => name.startsWith('DELETE'));
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Wait for the upload number `index`. */
function upload(index: number): Promise<FakeUpload> {
  return vi.waitFor(() => {
    const sent = FakeUpload.sent[index];
    if (!sent) throw new Error(`upload ${index} was not sent`);
    return sent;
  });
}

async function uploadAndCheckFile(): Promise<void> {
  draft.chooseFile(file());
  (await upload(0)).end('load');
  await vi.waitFor(() => expect(fileCheck.value.state).toBe('done'));
}

test('the upload of a removed file is deleted once', async () => {
  await uploadAndCheckFile();
  draft.chooseFile(null);
  draft.chooseFile(null);
  await settled();
  expect(deletions()).toEqual(['DELETE uploads/u0']);
});

test('the upload of a replaced file is deleted, and the new file is uploaded', async () => {
  await uploadAndCheckFile();
  draft.chooseFile(file('other.csv'));
  (await upload(1)).end('load');
  await vi.waitFor(() => expect(fileCheck.value.state).toBe('done'));
  expect(deletions()).toEqual(['DELETE uploads/u0']);
});

test('choosing other units or the same file again deletes no upload', async () => {
  await uploadAndCheckFile();
  draft.chooseUnits('si');
  draft.chooseFile(draft.chosenFile.value);
  await settled();
  expect(deletions()).toEqual([]);
});

test('a failed deletion shows no problem and does not ask the user to log in', async () => {
  responses['DELETE uploads/u0'] = () => json(401, { code: 'token_expired' });
  await uploadAndCheckFile();
  draft.chooseFile(null);
  await vi.waitFor(() => expect(deletions()).toHaveLength(1));
  await settled();
  expect(isAskedToLogInAgain.value).toBe(false);
  expect(draft.submissionProblem.value).toBeNull();
  expect(fileCheck.value.state).toBe('none');
});

test('the upload of a submitted file is not deleted', async () => {
  await uploadAndCheckFile();
  expect(await draft.submit()).toMatchObject({ prediction_id: 'p' });
  expect(draft.chosenFile.value).toBeNull();
  await settled();
  expect(deletions()).toEqual([]);
});

test('a rejected submission keeps the upload until the file is removed', async () => {
  responses['POST predict/mayo'] = () => json(402, { code: 'not_enough_coins' });
  await uploadAndCheckFile();
  expect(await draft.submit()).toBeNull();
  await settled();
  expect(deletions()).toEqual([]);
  draft.chooseFile(null);
  await settled();
  expect(deletions()).toEqual(['DELETE uploads/u0']);
});

test('removing a file aborts its running upload', async () => {
  draft.chooseFile(file());
  const running = await upload(0);
  running.progress(9);
  draft.chooseFile(null);
  await settled();
  expect(running.aborted).toBe(true);
  expect(uploadProgress.value).toBeNull();
  expect(deletions()).toEqual([]);
});

test('an upload that was sent completely when its file is removed is deleted after the response', async () => {
  draft.chooseFile(file());
  const running = await upload(0);
  running.progress(10);
  draft.chooseFile(null);
  running.progress(10);
  await settled();
  expect(running.aborted).toBe(false);
  expect(uploadProgress.value).toBeNull();
  expect(deletions()).toEqual([]);
  running.end('load');
  await vi.waitFor(() => expect(deletions()).toEqual(['DELETE uploads/u0']));
});

test('a file that is removed before its upload is created is never sent', async () => {
  let respond: (response: Response) => void = () => undefined;
  responses['POST uploads'] = () => new Promise((resolve) => (respond = resolve));
  draft.chooseFile(file());
  await vi.waitFor(() => expect(requests).toContain('POST uploads'));
  draft.chooseFile(null);
  respond(newUpload());
  await settled();
  expect(FakeUpload.sent).toEqual([]);
  expect(uploadProgress.value).toBeNull();
});

test('logging out deletes no upload, because that needs a session', async () => {
  await uploadAndCheckFile();
  forgetSession();
  await settled();
  expect(deletions()).toEqual([]);
});
