// The session that the open tabs of the page share: a new tab asks for it, and one that is logged in
// answers. No page of another origin can listen. Each tab still stores only its own token.

import { effect, signal } from '@preact/signals';
import { isSameUser } from '../lib/token';
import {
  api,
  forgetSession,
  isAskedToLogInAgain,
  onLogOut,
  sessionToken,
  takeOverSession,
} from './session';

type Message =
  | { kind: 'ask' }
  /** An answer, or a session that has just begun. */
  | { kind: 'session'; token: string }
  | { kind: 'logOut'; token: string };

const CHANNEL = 'session';
/** Other tabs answer within milliseconds, unless the browser has frozen them. */
const ANSWER_TIMEOUT_MS = 1000;

/** Whether this tab has just been opened and waits for the session of another one. */
export const isAwaitingSession = signal(false);

let channel: BroadcastChannel | null = null;

/** Share the session with the other tabs. Called once by the page. */
export function followOtherTabs(): void {
  channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Message>) => receive(data);
  onLogOut(() => {
    isAwaitingSession.value = false;
  });
  effect(offerSession);
  if (sessionToken() === null) {
    isAwaitingSession.value = true;
    setTimeout(() => {
      isAwaitingSession.value = false;
    }, ANSWER_TIMEOUT_MS);
  }
  effect(() => {
    if (isAwaitingSession.value || isAskedToLogInAgain.value) post({ kind: 'ask' });
  });
}

/** Log out the user of this token in the other tabs too. */
export function announceLogOut(token: string): void {
  post({ kind: 'logOut', token });
}

function receive(message: Message): void {
  if (message.kind === 'ask') offerSession();
  if (message.kind === 'session') considerSession(message.token);
  if (message.kind === 'logOut') followLogOut(message.token);
}

/** Offer this tab's session, unless it has ended. */
function offerSession(): void {
  const token = sessionToken();
  if (token !== null && !isAskedToLogInAgain.value) post({ kind: 'session', token });
}

/**
 * Take over the session if this tab has just been opened, or if its own session has ended and this
 * one is of the same user. A tab that was logged out, or has another user, stays as it is.
 */
function considerSession(token: string): void {
  const own = sessionToken();
  const isRenewal = isAskedToLogInAgain.value && token !== own && isSameUser(token, own);
  if (isRenewal || (own === null && isAwaitingSession.value)) takeOverSession(token);
  if (own === null) isAwaitingSession.value = false;
}

function followLogOut(token: string): void {
  if (!isSameUser(token, sessionToken())) return;
  const own = forgetSession();
  // The other tab has ended its own session only.
  if (own !== null && own !== token) void api.endSession(own).catch(() => undefined);
}

function post(message: Message): void {
  channel?.postMessage(message);
}
