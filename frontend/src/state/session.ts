import { computed, signal } from '@preact/signals';
import { anonymousTransport, type Credentials, personalTransport } from '../api/client';
import { createApi } from '../api/endpoints';
import { isWorthRetrying, problemOf } from '../api/problem';
import type { Session, User } from '../api/types';
import { subjectOf } from '../lib/token';

// The token alone is stored, for the tab's life; patient data and the person's name never are.
const STORAGE_KEY = 'token';

const token = signal<string | null>(stored());
/** Someone is waiting for the person to log in again; see LoginAgain. */
const waiting = signal<((renewed: boolean) => void)[]>([]);

export const user = signal<User | null>(null);
export const balance = signal<number | null>(null);
export const isLoggedIn = computed(() => token.value !== null);
export const isAskedToLogInAgain = computed(() => waiting.value.length > 0);

const leaving: (() => void)[] = [];
/** Runs `forget` when the person leaves, so that nothing of theirs is left for the next one. */
export function onLeave(forget: () => void): void {
  leaving.push(forget);
}

let visit = 0;

const credentials: Credentials = {
  token: () => token.value,
  visit: () => visit,
  renew(refusedToken) {
    if (token.value === null) return Promise.resolve(false);
    if (token.value !== refusedToken) return Promise.resolve(true);
    return new Promise((resolve) => {
      waiting.value = [...waiting.value, resolve];
    });
  },
};

/** For what the person doesn't wait for: a session that has ended is no reason to ask them anything. */
const quietly: Credentials = { ...credentials, renew: () => Promise.resolve(false) };

// Beside the page, wherever that lies. Not `fetch` itself: it must be called on the window.
const fetcher: typeof fetch = (input, init) => fetch(input, init);
const base = new URL('.', globalThis.location?.href ?? 'http://127.0.0.1/').href;
export const api = createApi(
  base,
  anonymousTransport(fetcher),
  personalTransport(fetcher, credentials),
  personalTransport(fetcher, quietly),
);

export async function register(name: string, email: string, password: string): Promise<void> {
  await enter(await api.register(name, email, password));
}

export async function logIn(name: string, password: string): Promise<void> {
  await enter(await api.login(name, password));
}

/** Logging in again as the same person sends the waiting requests; as another one drops them. */
export async function logInAgain(name: string, password: string): Promise<void> {
  const session = await api.login(name, password);
  const isSamePerson = subjectOf(token.value) === session.user_info.id;
  if (!isSamePerson) forgetAll();
  await enter(session);
  settle(isSamePerson);
}

/** Forgets the person in this browser, whatever the service knows. Returns the token that they had. */
export function leave(): string | null {
  const forgotten = token.value;
  forgetAll();
  settle(false);
  return forgotten;
}

/** The waiting requests fail where they were made; trying one of them again asks again. */
export function declineToLogIn(): void {
  settle(false);
}

/** Takes in the balance of an answer. Null: the service could not read it, so it is asked for again. */
export function learnBalance(told: number | null): void {
  balance.value = told;
  if (told === null) void refreshBalance();
}

export async function refreshBalance(): Promise<void> {
  try {
    balance.value = (await api.balance()).balance;
  } catch {
    // The header keeps the last known balance; whatever needs it says its own error.
  }
}

/** Called once when the page opens with a stored token. */
export async function resume(): Promise<void> {
  if (token.value === null) return;
  try {
    user.value = await api.me();
    await refreshBalance();
  } catch (thrown) {
    // The address stays, so that the person comes back to it after logging in.
    if (!isWorthRetrying(problemOf(thrown))) setToken(null);
  }
}

async function enter(session: Session): Promise<void> {
  user.value = session.user_info;
  setToken(session.access_token);
  await refreshBalance();
}

function forgetAll(): void {
  visit += 1;
  setToken(null);
  user.value = null;
  balance.value = null;
  for (const forget of leaving) forget();
}

function settle(renewed: boolean): void {
  const resolvers = waiting.value;
  waiting.value = [];
  for (const resolve of resolvers) resolve(renewed);
}

function setToken(value: string | null): void {
  token.value = value;
  try {
    if (value === null) sessionStorage.removeItem(STORAGE_KEY);
    else sessionStorage.setItem(STORAGE_KEY, value);
  } catch {
    // Storage may be forbidden; the session then lasts as long as the page.
  }
}

function stored(): string | null {
  try {
    return sessionStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
