import { expect, test, vi } from 'vitest';
import { anonymousTransport, type Credentials, personalTransport } from '../src/api/client';
import { createApi } from '../src/api/endpoints';

const BASE = 'http://page.test/somewhere/';

const said = (status: number, body: unknown) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });

function credentialsOf(tokens: string[], renewed = true): Credentials {
  return {
    token: () => tokens[0] ?? null,
    visit: () => 1,
    renew: vi.fn(async () => {
      tokens.shift();
      return renewed;
    }),
  };
}

/** An API whose requests end at `answers`, one after the other, and are kept in `sent`. */
function apiWith(answers: (() => Response)[], credentials = credentialsOf([])) {
  const sent: { address: string; method: string; token: string | null; body: string }[] = [];
  const fetcher = async (input: RequestInfo | URL) => {
    const request = input as Request;
    sent.push({
      address: request.url,
      method: request.method,
      token: request.headers.get('authorization'),
      body: (await request.text()).replaceAll(/-*formdata-undici-\d+-*/g, '--'),
    });
    const next = answers.shift();
    if (next === undefined) throw new TypeError('offline');
    return next();
  };
  const background = { ...credentials, renew: async () => false };
  const api = createApi(
    BASE,
    anonymousTransport(fetcher),
    personalTransport(fetcher, credentials),
    personalTransport(fetcher, background),
  );
  return { api, sent };
}

const OPTIONS = { units: 'stated', skip: false } as const;

test('a request whose session ended is sent again as it was after logging in', async () => {
  const ended = () => said(401, { code: 'token_expired' });
  const accepted = () => said(202, { prediction_id: 'p' });
  const { api, sent } = apiWith([ended, accepted], credentialsOf(['old', 'new']));
  const file = new File(['ID,Age\n1,20000\n'], 'patients.csv', { type: 'text/csv' });

  const result = await api.submit('lasso', file, OPTIONS, 'key');

  expect(result).toEqual({ prediction_id: 'p' });
  expect(sent.map(({ token }) => token)).toEqual(['Bearer old', 'Bearer new']);
  expect(sent[0]?.body).toContain('1,20000');
  expect(sent[1]?.body).toBe(sent[0]?.body);
});

test('who does not log in again gets the refusal', async () => {
  const ended = () => said(401, { code: 'token_expired' });
  const { api, sent } = apiWith([ended], credentialsOf(['old'], false));
  await expect(api.me()).rejects.toMatchObject({ problem: { code: 'token_expired' } });
  expect(sent).toHaveLength(1);
});

test('a wrong password asks nobody to log in again', async () => {
  const credentials = credentialsOf(['old']);
  const { api, sent } = apiWith([() => said(401, { code: 'wrong_credentials' })], credentials);
  await expect(api.login('anna', 'wrong')).rejects.toMatchObject({
    problem: { code: 'wrong_credentials' },
  });
  expect(credentials.renew).not.toHaveBeenCalled();
  expect(sent.map(({ token }) => token)).toEqual([null]);
});

test('no answer, a strange answer and none where one belongs have codes of their own', async () => {
  const { api } = apiWith([() => said(200, '<html>'), () => said(200, '')]);
  await expect(api.models()).rejects.toMatchObject({ problem: { code: 'bad_answer' } });
  await expect(api.models()).rejects.toMatchObject({ problem: { code: 'bad_answer' } });
  await expect(api.models()).rejects.toMatchObject({ problem: { code: 'network_down' } });
});

test('a refusal of a proxy, in words instead of JSON, has the code of its status', async () => {
  const { api } = apiWith([() => said(502, '<html>Bad gateway</html>')]);
  await expect(api.models()).rejects.toMatchObject({
    problem: { code: 'temporarily_unavailable', status: 502 },
  });
});

test('an answer without a document is good where none belongs', async () => {
  const { api, sent } = apiWith([() => new Response(null, { status: 204 })], credentialsOf(['t']));
  await expect(api.changePassword('old words', 'new words')).resolves.toBeUndefined();
  expect(sent[0]?.method).toBe('PUT');
});

test('the API is found beside the page, wherever that lies, and ids cannot change the path', async () => {
  const { api, sent } = apiWith([() => said(200, {}), () => said(200, {})], credentialsOf(['t']));
  await api.prediction('../auth/me');
  await api.history('a b');
  expect(sent.map(({ address }) => address)).toEqual([
    `${BASE}api/predict/..%2Fauth%2Fme`,
    `${BASE}api/predict?cursor=a%20b`,
  ]);
});

test('a file in the bucket is named, not sent', async () => {
  const { api, sent } = apiWith([() => said(200, {})], credentialsOf(['t']));
  const upload = { uploadId: 'u1', name: 'large.csv' };
  await api.check('lasso', upload, { units: 'si', skip: true });
  expect(sent[0]?.address).toBe(`${BASE}api/predict/lasso?dry_run=true&units=si&on_error=skip`);
  expect(JSON.parse(sent[0]?.body ?? '')).toEqual({ upload_id: 'u1', file_name: 'large.csv' });
});

test('an upload is deleted in the background: a session that has ended asks nobody to log in', async () => {
  const credentials = credentialsOf(['t']);
  const ended = () => said(401, { code: 'token_expired' });
  const { api, sent } = apiWith([() => new Response(null, { status: 204 }), ended], credentials);
  await expect(api.deleteUpload('u1')).resolves.toBeUndefined();
  await expect(api.deleteUpload('u1')).rejects.toMatchObject({
    problem: { code: 'token_expired' },
  });
  expect(sent.map(({ method, address }) => `${method} ${address}`)).toEqual(
    Array(2).fill(`DELETE ${BASE}api/uploads/u1`),
  );
  expect(credentials.renew).not.toHaveBeenCalled();
});

test('an answer to somebody who has left never comes', async () => {
  let visit = 1;
  const leaves = (response: Response) => {
    visit += 1;
    return response;
  };
  const credentials = { ...credentialsOf(['t']), visit: () => visit };
  const { api } = apiWith(
    [
      () => leaves(said(200, { balance: 300 })),
      () => leaves(said(500, {})),
      () => said(200, { balance: 7 }),
    ],
    credentials,
  );
  const settled: unknown[] = [];
  for (const call of [api.balance(), api.balance()])
    call.then(
      (value) => settled.push(value),
      (thrown) => settled.push(thrown),
    );
  await vi.waitFor(() => expect(visit).toBe(3));
  expect(await api.balance()).toEqual({ balance: 7 });
  expect(settled).toEqual([]);
});
