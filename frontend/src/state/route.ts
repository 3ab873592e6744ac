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

/** Without an entry in the browser's history: "back" must not lead to a screen that leads on. */
export function replaceWith(address: string): void {
  location.replace(address);
}
