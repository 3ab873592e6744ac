import { signal } from '@preact/signals';
import { api, logIn, logOut, refreshBalance } from './session';

/** Why the person has left, if not by merely logging out. */
export const farewell = signal<'deleted' | 'leftEverywhere' | null>(null);

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

export async function logOutEverywhere(): Promise<void> {
  await api.logOutEverywhere();
  leave('leftEverywhere');
}

export async function deleteAccount(password: string): Promise<void> {
  await api.deleteAccount(password);
  leave('deleted');
}

function leave(reason: 'deleted' | 'leftEverywhere'): void {
  farewell.value = reason;
  logOut();
}
