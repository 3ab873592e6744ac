import { afterEach, beforeEach, expect, test, vi } from 'vitest';

// Each "tab" is a copy of the page's modules; they share only the broadcast channel.

const ANNA = tokenOf('anna', 1);
const ANNA_LATER = tokenOf('anna', 2);
const BORIS = tokenOf('boris', 3);

let channels: BroadcastChannel[] = [];
let ended: (string | null)[] = [];
/** Tokens that the API rejects. */
let rejected: string[] = [];
let answers: string[] = [];

function tokenOf(subject: string, number: number): string {
  const claims = Buffer.from(JSON.stringify({ sub: subject, number })).toString('base64url');
  return `head.${claims}.signature`;
}

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

beforeEach(() => {
  channels = [];
  ended = [];
  rejected = [];
  answers = [];
  class RecordedChannel extends BroadcastChannel {
    constructor(name: string) {
      super(name);
      channels.push(this);
    }
  }
  vi.stubGlobal('BroadcastChannel', RecordedChannel);
  vi.stubGlobal('fetch', async (request: Request) => {
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? null;
    if (request.url.includes('/auth/logout')) {
      ended.push(token);
      return new Response(null, { status: 204 });
    }
    if (request.url.endsWith('/auth/login')) {
      const access_token = answers.shift() ?? '';
      const { sub } = JSON.parse(atob(access_token.split('.')[1] ?? ''));
      return json(200, { access_token, user_info: { id: sub, name: sub } });
    }
    if (token !== null && rejected.includes(token)) return json(401, { code: 'token_expired' });
    return json(200, { balance: 500, name: 'anna' });
  });
});

afterEach(() => {
  for (const channel of channels) channel.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function openTab(token: string | null = null) {
  const stored = new Map(token === null ? [] : [['token', token]]);
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => stored.set(name, value),
    removeItem: (name: string) => stored.delete(name),
  });
  vi.resetModules();
  const session = await import('../src/state/session');
  const account = await import('../src/state/account');
  const otherTabs = await import('../src/state/otherTabs');
  otherTabs.followOtherTabs();
  return { ...session, ...account, ...otherTabs };
}

/** Wait until messages would have arrived. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

test('a new tab takes over the session of an open one', async () => {
  await openTab(ANNA);
  const second = await openTab();
  expect(second.isAwaitingSession.value).toBe(true);
  await vi.waitFor(() => expect(second.sessionToken()).toBe(ANNA));
  expect(second.isAwaitingSession.value).toBe(false);
  await vi.waitFor(() => expect(second.user.value?.name).toBe('anna'));
});

test('without another tab, a new one stops waiting', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const only = await openTab();
  expect(only.isAwaitingSession.value).toBe(true);
  await vi.advanceTimersByTimeAsync(1000);
  expect([only.isAwaitingSession.value, only.isLoggedIn.value]).toEqual([false, false]);
});

test('logging out in one tab logs the user out of all their tabs, and of no other', async () => {
  const first = await openTab(ANNA);
  const second = await openTab(ANNA);
  const later = await openTab(ANNA_LATER);
  const other = await openTab(BORIS);
  const forget = vi.fn();
  second.onLogOut(forget);
  await first.logOut();
  await vi.waitFor(() =>
    expect([second.sessionToken(), later.sessionToken()]).toEqual([null, null]),
  );
  await settled();
  expect(forget).toHaveBeenCalledOnce();
  expect(other.sessionToken()).toBe(BORIS);
  // Each session is ended on the server once.
  expect(new Set(ended)).toEqual(new Set([ANNA, ANNA_LATER]));
  expect(ended).toHaveLength(2);
});

test('a tab that was logged out takes no session, and neither does a tab of another user', async () => {
  const first = await openTab(ANNA);
  await first.logOut();
  const other = await openTab(BORIS);
  const third = await openTab(ANNA_LATER);
  await settled();
  expect(first.sessionToken()).toBeNull();
  expect(other.sessionToken()).toBe(BORIS);
  await third.logOut();
  await settled();
  expect(other.sessionToken()).toBe(BORIS);
});

test('a tab that waited does not take a session after it was logged out', async () => {
  const waiting = await openTab();
  answers = [BORIS];
  await waiting.logIn('boris', 'correct horse');
  await waiting.logOut();
  await openTab(ANNA);
  await settled();
  expect(waiting.sessionToken()).toBeNull();
});

test('a log-in in one tab continues the ended session in the other tabs of the user', async () => {
  rejected = [ANNA];
  const first = await openTab(ANNA);
  const second = await openTab(ANNA);
  const other = await openTab(BORIS);
  const request = second.api.balance();
  await vi.waitFor(() => expect(second.isAskedToLogInAgain.value).toBe(true));
  answers = [ANNA_LATER];
  await first.logInAgain('anna', 'correct horse');
  await expect(request).resolves.toMatchObject({ balance: 500 });
  expect(second.sessionToken()).toBe(ANNA_LATER);
  expect(second.isAskedToLogInAgain.value).toBe(false);
  expect(other.sessionToken()).toBe(BORIS);
});

test('a session that has ended is not offered to a new tab', async () => {
  rejected = [ANNA];
  const first = await openTab(ANNA);
  void first.api.balance().catch(() => undefined);
  await vi.waitFor(() => expect(first.isAskedToLogInAgain.value).toBe(true));
  const second = await openTab();
  await settled();
  expect(second.sessionToken()).toBeNull();
});
