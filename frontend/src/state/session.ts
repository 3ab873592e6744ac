// The session of the user: token, balance, log-in and log-out, and the client of the API.

import { computed, signal } from '@preact/signals';
import { anonymousTransport, authenticatedTransport, type Credentials } from '../api/client';
import { createApi } from '../api/endpoints';
import { withExample } from '../api/example';
import { isWorthRetrying, problemOf } from '../api/problem';
import type { Session, Submission, User } from '../api/types';
import { subjectOf } from '../lib/token';

// Only the token is stored, until the tab is closed; `otherTabs` hands it to the page's other tabs.
// Patient data and the user's name never are.
const STORAGE_KEY = 'token';

const token = signal<string | null>(storedToken());
/** Requests that wait until the user has logged in again; see LogInAgain. */
const pendingRenewals = signal<((isRenewed: boolean) => void)[]>([]);

export const user = signal<User | null>(null);
export const balance = signal<number | null>(null);
export const isLoggedIn = computed(() => token.value !== null);
export const isAskedToLogInAgain = computed(() => pendingRenewals.value.length > 0);

const logOutListeners: (() => void)[] = [];
/**
 * Call `forget` when the user logs out or is replaced, so that the next user finds no data of
 * theirs.
 */
export function onLogOut(forget: () => void): void {
  logOutListeners.push(forget);
}

let generation = 0;

const credentials: Credentials = {
  token: () => token.value,
  generation: () => generation,
  renew(rejectedToken) {
    if (token.value === null) return Promise.resolve(false);
    if (token.value !== rejectedToken) return Promise.resolve(true);
    return new Promise((resolve) => {
      pendingRenewals.value = [...pendingRenewals.value, resolve];
    });
  },
};

/**
 * For background requests: they fail if the session has ended, and do not ask the user to log in.
 */
const backgroundCredentials: Credentials = { ...credentials, renew: () => Promise.resolve(false) };

// Not `fetch` itself, which must be called as a method of the window.
const fetcher: typeof fetch = (input, init) => fetch(input, init);
// The API is next to the page, wherever the page is served from.
const base = new URL('.', globalThis.location?.href ?? 'http://127.0.0.1/').href;
export const api = createApi(
  base,
  anonymousTransport(fetcher),
  withExample(base, anonymousTransport(fetcher), authenticatedTransport(fetcher, credentials)),
  authenticatedTransport(fetcher, backgroundCredentials),
);

export async function register(
  name: string,
  email: string,
  password: string,
  hasAgreed: boolean,
): Promise<void> {
  await startSession(await api.register(name, email, password, hasAgreed));
}

export async function logIn(name: string, password: string): Promise<void> {
  await startSession(await api.login(name, password));
}

/**
 * Log in again. The waiting requests are sent if it is the same user, and dropped if it is another
 * one.
 */
export async function logInAgain(name: string, password: string): Promise<void> {
  const session = await api.login(name, password);
  const isSameUser = subjectOf(token.value) === session.user_info.id;
  if (!isSameUser) resetState();
  await startSession(session);
  settleRenewals(isSameUser);
}

/** Return the token of the session, or null. */
export function sessionToken(): string | null {
  return token.value;
}

/** Take over a session that began in another tab. Requests that wait for one are sent. */
export function takeOverSession(otherToken: string): void {
  setToken(otherToken);
  if (user.value === null) void resume();
  settleRenewals(true);
}

/**
 * Forget the user in this tab, without a request to the API. Returns the token of the session.
 */
export function forgetSession(): string | null {
  const sessionToken = token.value;
  resetState();
  settleRenewals(false);
  return sessionToken;
}

/** Let the waiting requests fail. The next request asks the user again. */
export function declineToLogIn(): void {
  settleRenewals(false);
}

/**
 * Show the balance of a response. If it is null, the API could not read it, and it is fetched
 * again.
 */
export function updateBalance(newBalance: number | null): void {
  balance.value = newBalance;
  if (newBalance === null) void refreshBalance();
}

/** The predictions that were accepted since the page was loaded. */
const acceptedIds = new Set<string>();

/** Show the balance after a submission, and remember that it was accepted. */
export function acceptSubmission({ prediction_id: id, balance: newBalance }: Submission): void {
  acceptedIds.add(id);
  updateBalance(newBalance);
}

export function wasAccepted(id: string): boolean {
  return acceptedIds.has(id);
}

export async function refreshBalance(): Promise<void> {
  try {
    balance.value = (await api.balance()).balance;
  } catch {
    // The header keeps the last known balance. Screens that need a balance show their own errors.
  }
}

/** Continue the stored session when the page opens. */
export async function resume(): Promise<void> {
  if (token.value === null) return;
  try {
    user.value = await api.me();
    await refreshBalance();
  } catch (thrown) {
    // The address stays the same, so that the user returns to it after logging in.
    if (!isWorthRetrying(problemOf(thrown))) setToken(null);
  }
}

async function startSession(session: Session): Promise<void> {
  user.value = session.user_info;
  setToken(session.access_token);
  await refreshBalance();
}

function resetState(): void {
  generation += 1;
  setToken(null);
  user.value = null;
  balance.value = null;
  for (const forget of logOutListeners) forget();
}

function settleRenewals(isRenewed: boolean): void {
  const resolvers = pendingRenewals.value;
  pendingRenewals.value = [];
  for (const resolve of resolvers) resolve(isRenewed);
}

function setToken(value: string | null): void {
  token.value = value;
  try {
    if (value === null) sessionStorage.removeItem(STORAGE_KEY);
    else sessionStorage.setItem(STORAGE_KEY, value);
  } catch {
    // The browser may forbid storage. The session then lasts until the page is closed.
  }
}

function storedToken(): string | null {
  try {
    return sessionStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
