import { signal } from '@preact/signals';

/**
 * Whether the page is being printed, by a button of it or by the browser's own. What depends on it
 * is drawn before the browser lays out the sheets.
 */
export const isPrinting = signal(false);

export function followPrinting(): void {
  addEventListener('beforeprint', () => {
    isPrinting.value = true;
  });
  addEventListener('afterprint', () => {
    isPrinting.value = false;
  });
}
