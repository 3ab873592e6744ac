import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deleteAccount, logOut, logOutEverywhere, logOutNotice } from '../src/state/account';
import { balance, forgetSession, isLoggedIn, logIn, user } from '../src/state/session';

interface SentRequest {
  name: string;
  token: string | null;
  keepalive: boolean;
}

let requests: SentRequest[] = [];
let respondToLogOut: () => Promise<Response> | Response;

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const noContent = () => new Response(null, { status: 204 });
const logOuts = () => requests.filter(({ name }) => name.startsWith('POST auth/logout'));

beforeEach(async () => {
  requests = [];
  respondToLogOut = noContent;
  vi.stubGlobal('fetch', async (request: Request) => {
    const name = `${request.method} ${request.url.replace(/^.*\/api\//, '')}`;
    requests.push({
      name,
      token: request.headers.get('authorization'),
      keepalive: request.keepalive,
    });
    if (name.startsWith('POST auth/logout')) return respondToLogOut();
    if (name === 'POST auth/login') return json(200, { access_token: 't', user_info: { id: 'a' } });
    if (name === 'DELETE auth/me') return noContent();
    return json(200, { balance: 500 });
  });
  await logIn('anna', 'correct horse');
});

afterEach(() => {
  forgetSession();
  logOutNotice.value = null;
  vi.unstubAllGlobals();
});

test('logging out forgets the user at once and ends this session on the server', async () => {
  const loggingOut = logOut();
  expect([isLoggedIn.value, user.value, balance.value]).toEqual([false, null, null]);
  await loggingOut;
  expect(logOuts()).toEqual([
    { name: 'POST auth/logout?only=this', token: 'Bearer t', keepalive: true },
  ]);
  expect(logOutNotice.value).toBeNull();
});

test('a second click sends no request', async () => {
  await Promise.all([logOut(), logOut()]);
  await logOut();
  expect(logOuts()).toHaveLength(1);
});

test('there is no notice if the session had already ended', async () => {
  respondToLogOut = () => json(401, { code: 'token_expired' });
  await logOut();
  expect(logOutNotice.value).toBeNull();
});

test.each([
  ['offline', () => Promise.reject(new TypeError('offline'))],
  ['a server that is down', () => json(503, { code: 'temporarily_unavailable' })],
  ['a token without a session', () => json(409, { code: 'session_without_id' })],
])(
  '%s: the user is logged out here, and a notice says that the session has not ended',
  async (_, response) => {
    respondToLogOut = response;
    await logOut();
    expect(isLoggedIn.value).toBe(false);
    expect(logOutNotice.value).toBe('sessionNotEnded');
  },
);

test('there is no notice if another user has logged in meanwhile', async () => {
  let fail: (reason: unknown) => void = () => undefined;
  respondToLogOut = () => new Promise((_, reject) => (fail = reject));
  const loggingOut = logOut();
  await vi.waitFor(() => expect(logOuts()).toHaveLength(1));
  await logIn('boris', 'correct horse');
  fail(new TypeError('offline'));
  await loggingOut;
  expect(logOutNotice.value).toBeNull();
  expect(isLoggedIn.value).toBe(true);
});

test.each([
  ['everywhere', logOutEverywhere, 'loggedOutEverywhere', ['POST auth/logout']],
  ['by deleting the account', () => deleteAccount('correct horse'), 'deleted', []],
])(
  'logging out %s sends no separate request to end this session',
  async (_, action, notice, sentRequests) => {
    await action();
    expect(isLoggedIn.value).toBe(false);
    expect(logOutNotice.value).toBe(notice);
    expect(logOuts().map(({ name }) => name)).toEqual(sentRequests);
  },
);
