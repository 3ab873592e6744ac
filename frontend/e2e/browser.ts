// Find the browser for the tests.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

// The headless shell comes first because it opens a page three times as fast.
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/**
 * Return the path of the browser: CHROMIUM_PATH, one on PATH, or Playwright's own; null if there is
 * none.
 */
export function findBrowser(): string | null {
  const configured = process.env['CHROMIUM_PATH'];
  if (configured) return existsSync(configured) ? configured : null;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, chromium.executablePath()].find((path) => existsSync(path)) ?? null;
}

export const NO_BROWSER =
  'No Chromium was found: set CHROMIUM_PATH, or install chromium-headless-shell, chromium or google-chrome.';
