// Whether the page is being printed.

import { signal } from '@preact/signals';

/**
 * True from `beforeprint` to `afterprint`, so that the content changes before the browser lays out
 * the sheets.
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
