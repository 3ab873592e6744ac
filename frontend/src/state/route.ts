// The current route, which follows the fragment of the address.

import { signal } from '@preact/signals';
import { parseHash, type Route } from '../lib/routes';

export const route = signal<Route>(parseHash(globalThis.location?.hash ?? ''));

export function followAddress(): void {
  addEventListener('hashchange', () => {
    route.value = parseHash(location.hash);
  });
}

export function goTo(address: string): void {
  location.hash = address;
}

/**
 * Go to the address without a history entry, so that "Back" does not lead to a redirecting screen.
 */
export function replaceWith(address: string): void {
  location.replace(address);
}
