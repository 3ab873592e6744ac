import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deleteAccount, farewell, logOut, logOutEverywhere } from '../src/state/account';
import { balance, isLoggedIn, leave, logIn, user } from '../src/state/session';

interface Asked {
  name: string;
  token: string | null;
  keepalive: boolean;
}

let asked: Asked[] = [];
let logOutAnswer: () => Promise<Response> | Response;

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const none = () => new Response(null, { status: 204 });
const logOuts = () => asked.filter(({ name }) => name.startsWith('POST auth/logout'));

beforeEach(async () => {
  asked = [];
  logOutAnswer = none;
  vi.stubGlobal('fetch', async (request: Request) => {
    const name = `${request.method} ${request.url.replace(/^.*\/api\//, '')}`;
    asked.push({
      name,
      token: request.headers.get('authorization'),
      keepalive: request.keepalive,
    });
    if (name.startsWith('POST auth/logout')) return logOutAnswer();
    if (name === 'POST auth/login') return json(200, { access_token: 't', user_info: { id: 'a' } });
    if (name === 'DELETE auth/me') return none();
    return json(200, { balance: 500 });
  });
  await logIn('anna', 'correct horse');
});

afterEach(() => {
  leave();
  farewell.value = null;
  vi.unstubAllGlobals();
});

test('logging out forgets the person at once and ends this session on the server', async () => {
  const told = logOut();
  expect([isLoggedIn.value, user.value, balance.value]).toEqual([false, null, null]);
  await told;
  expect(logOuts()).toEqual([
    { name: 'POST auth/logout?only=this', token: 'Bearer t', keepalive: true },
  ]);
  expect(farewell.value).toBeNull();
});

test('a second click sends nothing more', async () => {
  await Promise.all([logOut(), logOut()]);
  await logOut();
  expect(logOuts()).toHaveLength(1);
});

test('a session that has ended before needs no words', async () => {
  logOutAnswer = () => json(401, { code: 'token_expired' });
  await logOut();
  expect(farewell.value).toBeNull();
});

test.each([
  ['offline', () => Promise.reject(new TypeError('offline'))],
  ['a server that is down', () => json(503, { code: 'temporarily_unavailable' })],
  ['a token without a session', () => json(409, { code: 'session_without_id' })],
])('%s: the person is logged out here and told that the session goes on', async (_, answer) => {
  logOutAnswer = answer;
  await logOut();
  expect(isLoggedIn.value).toBe(false);
  expect(farewell.value).toBe('notEnded');
});

test('who has logged in since is not told of the session before', async () => {
  let fail: (reason: unknown) => void = () => undefined;
  logOutAnswer = () => new Promise((_, reject) => (fail = reject));
  const told = logOut();
  await vi.waitFor(() => expect(logOuts()).toHaveLength(1));
  await logIn('boris', 'correct horse');
  fail(new TypeError('offline'));
  await told;
  expect(farewell.value).toBeNull();
  expect(isLoggedIn.value).toBe(true);
});

test.each([
  ['everywhere', logOutEverywhere, 'leftEverywhere', ['POST auth/logout']],
  ['by deleting the account', () => deleteAccount('correct horse'), 'deleted', []],
])('who leaves %s has no session left to end', async (_, act, said, sent) => {
  await act();
  expect(isLoggedIn.value).toBe(false);
  expect(farewell.value).toBe(said);
  expect(logOuts().map(({ name }) => name)).toEqual(sent);
});
