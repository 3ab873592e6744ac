import { signal } from '@preact/signals';
import { problemOf } from '../api/problem';
import { api, isLoggedIn, leave, logIn, refreshBalance } from './session';

/** What the person is told once they have left; nothing after an ordinary log-out. */
export const farewell = signal<'deleted' | 'leftEverywhere' | 'notEnded' | null>(null);

/** The change ends this session as well: the page logs in again by itself. */
export async function changePassword(name: string, old: string, changed: string): Promise<void> {
  await api.changePassword(old, changed);
  try {
    await logIn(name, changed);
  } catch {
    // The password is changed all the same. The first refusal asks the person to log in again.
    void refreshBalance();
  }
}

/**
 * Ends this session. The person is logged out here at once, whatever the service answers: at a shared
 * computer nobody may have to wait for it.
 */
export async function logOut(): Promise<void> {
  const token = leave();
  if (token === null) return;
  try {
    await api.endSession(token);
  } catch (thrown) {
    const hadEnded = problemOf(thrown).status === 401;
    if (!hadEnded && !isLoggedIn.value) farewell.value = 'notEnded';
  }
}

export async function logOutEverywhere(): Promise<void> {
  await api.logOutEverywhere();
  sayFarewell('leftEverywhere');
}

export async function deleteAccount(password: string): Promise<void> {
  await api.deleteAccount(password);
  sayFarewell('deleted');
}

/** Every session of the person has ended by now. */
function sayFarewell(reason: 'deleted' | 'leftEverywhere'): void {
  farewell.value = reason;
  leave();
}
