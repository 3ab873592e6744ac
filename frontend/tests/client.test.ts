import { expect, test, vi } from 'vitest';
import { anonymousTransport, authenticatedTransport, type Credentials } from '../src/api/client';
import { createApi } from '../src/api/endpoints';
import type { Reading } from '../src/api/types';
import { NO_READING } from '../src/lib/reading';

const BASE = 'http://page.test/somewhere/';

const respond = (status: number, body: unknown) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });

function credentialsOf(tokens: string[], renewed = true): Credentials {
  return {
    token: () => tokens[0] ?? null,
    generation: () => 1,
    renew: vi.fn(async () => {
      tokens.shift();
      return renewed;
    }),
  };
}

/**
 * Return an API client that gets `responses` one after the other and records its requests in
 * `sent`.
 */
function apiWith(responses: (() => Response)[], credentials = credentialsOf([])) {
  const sent: { address: string; method: string; token: string | null; body: string }[] = [];
  const fetcher = async (input: RequestInfo | URL) => {
    const request = input as Request;
    sent.push({
      address: request.url,
      method: request.method,
      token: request.headers.get('authorization'),
      body: (await request.text()).replaceAll(/-*formdata-undici-\d+-*/g, '--'),
    });
    const next = responses.shift();
    if (next === undefined) throw new TypeError('offline');
    return next();
  };
  const background = { ...credentials, renew: async () => false };
  const api = createApi(
    BASE,
    anonymousTransport(fetcher),
    authenticatedTransport(fetcher, credentials),
    authenticatedTransport(fetcher, background),
  );
  return { api, sent };
}

const OPTIONS = { units: 'stated', skip: false, reading: NO_READING } as const;

test('a request whose session has ended is repeated unchanged after logging in again', async () => {
  const expired = () => respond(401, { code: 'token_expired' });
  const accepted = () => respond(202, { prediction_id: 'p' });
  const { api, sent } = apiWith([expired, accepted], credentialsOf(['old', 'new']));
  const file = new File(['ID,Age\n1,20000\n'], 'patients.csv', { type: 'text/csv' });

  const result = await api.submit('lasso', file, OPTIONS, 'key');

  expect(result).toEqual({ prediction_id: 'p' });
  expect(sent.map(({ token }) => token)).toEqual(['Bearer old', 'Bearer new']);
  expect(sent[0]?.body).toContain('1,20000');
  expect(sent[1]?.body).toBe(sent[0]?.body);
});

test('a request fails if the user does not log in again', async () => {
  const expired = () => respond(401, { code: 'token_expired' });
  const { api, sent } = apiWith([expired], credentialsOf(['old'], false));
  await expect(api.me()).rejects.toMatchObject({ problem: { code: 'token_expired' } });
  expect(sent).toHaveLength(1);
});

test('a wrong password does not ask the user to log in again', async () => {
  const credentials = credentialsOf(['old']);
  const { api, sent } = apiWith([() => respond(401, { code: 'wrong_credentials' })], credentials);
  await expect(api.login('anna', 'wrong')).rejects.toMatchObject({
    problem: { code: 'wrong_credentials' },
  });
  expect(credentials.renew).not.toHaveBeenCalled();
  expect(sent.map(({ token }) => token)).toEqual([null]);
});

test('no response, a response that is not JSON and an empty response have codes', async () => {
  const { api } = apiWith([() => respond(200, '<html>'), () => respond(200, '')]);
  await expect(api.models()).rejects.toMatchObject({ problem: { code: 'bad_answer' } });
  await expect(api.models()).rejects.toMatchObject({ problem: { code: 'bad_answer' } });
  await expect(api.models()).rejects.toMatchObject({ problem: { code: 'network_down' } });
});

test('an error of a proxy, which is not JSON, has the code of its status', async () => {
  const { api } = apiWith([() => respond(502, '<html>Bad gateway</html>')]);
  await expect(api.models()).rejects.toMatchObject({
    problem: { code: 'temporarily_unavailable', status: 502 },
  });
});

test('a response without a document is accepted where none is expected', async () => {
  const { api, sent } = apiWith([() => new Response(null, { status: 204 })], credentialsOf(['t']));
  await expect(api.changePassword('old words', 'new words')).resolves.toBeUndefined();
  expect(sent[0]?.method).toBe('PUT');
});

test('the API is next to the page, and ids cannot change the path', async () => {
  const { api, sent } = apiWith(
    [() => respond(200, {}), () => respond(200, {})],
    credentialsOf(['t']),
  );
  await api.prediction('../auth/me');
  await api.history('a b');
  expect(sent.map(({ address }) => address)).toEqual([
    `${BASE}api/predict/..%2Fauth%2Fme`,
    `${BASE}api/predict?cursor=a%20b`,
  ]);
});

test('an uploaded file is sent as a reference', async () => {
  const { api, sent } = apiWith([() => respond(200, {})], credentialsOf(['t']));
  const upload = { uploadId: 'u1', name: 'large.csv' };
  await api.check('lasso', upload, { ...OPTIONS, units: 'si', skip: true });
  expect(sent[0]?.address).toBe(`${BASE}api/predict/lasso?dry_run=true&units=si&on_error=skip`);
  expect(JSON.parse(sent[0]?.body ?? '')).toEqual({ upload_id: 'u1', file_name: 'large.csv' });
});

const READING: Reading = {
  decimal: ',',
  missing: ['999', '-9'],
  columns: { bili: 'Bilirubin', note: null },
  columnUnits: { Bilirubin: 'umol/L' },
  columnValues: { Ascites: { '1': 'Y', '9': null } },
};
const READING_FIELDS = {
  decimal: ',',
  missing: '999,-9',
  columns: '{"bili":"Bilirubin","note":null}',
  column_units: '{"Bilirubin":"umol/L"}',
  column_values: '{"Ascites":{"1":"Y","9":null}}',
};

test('how to read a file is sent with it as form fields, and in the address for an upload', async () => {
  const ok = () => respond(200, {});
  const { api, sent } = apiWith([ok, ok], credentialsOf(['t']));
  await api.check('lasso', new File(['ID\n1\n'], 'a.csv'), { ...OPTIONS, reading: READING });
  await api.check('lasso', { uploadId: 'u1', name: 'a.csv' }, { ...OPTIONS, reading: READING });
  const [form, query] = sent;
  expect(form?.address).toBe(`${BASE}api/predict/lasso?dry_run=true`);
  for (const [name, value] of Object.entries(READING_FIELDS))
    expect(form?.body).toContain(`name="${name}"\r\n\r\n${value}\r\n`);
  expect(Object.fromEntries(new URL(query?.address ?? '').searchParams)).toEqual({
    dry_run: 'true',
    ...READING_FIELDS,
  });
});

test('that no code means "not measured" is sent as an empty text', async () => {
  const { api, sent } = apiWith([() => respond(200, {})], credentialsOf(['t']));
  const reading = { ...NO_READING, missing: [] };
  await api.check('lasso', { uploadId: 'u1', name: 'a.csv' }, { ...OPTIONS, reading });
  expect(new URL(sent[0]?.address ?? '').searchParams.get('missing')).toBe('');
});

test('deleting an upload does not ask the user to log in when the session has ended', async () => {
  const credentials = credentialsOf(['t']);
  const expired = () => respond(401, { code: 'token_expired' });
  const { api, sent } = apiWith([() => new Response(null, { status: 204 }), expired], credentials);
  await expect(api.deleteUpload('u1')).resolves.toBeUndefined();
  await expect(api.deleteUpload('u1')).rejects.toMatchObject({
    problem: { code: 'token_expired' },
  });
  expect(sent.map(({ method, address }) => `${method} ${address}`)).toEqual(
    Array(2).fill(`DELETE ${BASE}api/uploads/u1`),
  );
  expect(credentials.renew).not.toHaveBeenCalled();
});

test('a call never completes after the user has logged out', async () => {
  let generation = 1;
  const withLogOut = (response: Response) => {
    generation += 1;
    return response;
  };
  const credentials = { ...credentialsOf(['t']), generation: () => generation };
  const { api } = apiWith(
    [
      () => withLogOut(respond(200, { balance: 300 })),
      () => withLogOut(respond(500, {})),
      () => respond(200, { balance: 7 }),
    ],
    credentials,
  );
  const settled: unknown[] = [];
  for (const call of [api.balance(), api.balance()])
    call.then(
      (value) => settled.push(value),
      (thrown) => settled.push(thrown),
    );
  await vi.waitFor(() => expect(generation).toBe(3));
  expect(await api.balance()).toEqual({ balance: 7 });
  expect(settled).toEqual([]);
});
