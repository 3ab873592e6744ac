// Changes to the account that end sessions: log-out, new password, deletion.

import { signal } from '@preact/signals';
import { problemOf } from '../api/problem';
import { announceLogOut } from './otherTabs';
import { api, forgetSession, isLoggedIn, logIn, refreshBalance } from './session';

/** The notice to show after the session ended, or null after an ordinary log-out. */
export const logOutNotice = signal<'deleted' | 'loggedOutEverywhere' | 'sessionNotEnded' | null>(
  null,
);

/** Change the password and log in again, because the change ends this session too. */
export async function changePassword(
  name: string,
  oldPassword: string,
  newPassword: string,
): Promise<void> {
  await api.changePassword(oldPassword, newPassword);
  try {
    await logIn(name, newPassword);
  } catch {
    // The password was changed, but the session has ended. The next request gets a 401, which asks
    // the user to log in again.
    void refreshBalance();
  }
}

/**
 * End this session, and those of the user's other tabs. The browser forgets them before the API
 * responds, so that nobody has to wait at a shared computer.
 */
export async function logOut(): Promise<void> {
  const token = forgetSession();
  if (token === null) return;
  announceLogOut(token);
  try {
    await api.endSession(token);
  } catch (thrown) {
    const hadEnded = problemOf(thrown).status === 401;
    if (!hadEnded && !isLoggedIn.value) logOutNotice.value = 'sessionNotEnded';
  }
}

export async function logOutEverywhere(): Promise<void> {
  await api.logOutEverywhere();
  forgetSessionWithNotice('loggedOutEverywhere');
}

export async function deleteAccount(password: string): Promise<void> {
  await api.deleteAccount(password);
  forgetSessionWithNotice('deleted');
}

function forgetSessionWithNotice(notice: 'deleted' | 'loggedOutEverywhere'): void {
  logOutNotice.value = notice;
  const token = forgetSession();
  if (token !== null) announceLogOut(token);
}
