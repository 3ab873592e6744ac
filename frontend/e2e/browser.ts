import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

// The headless shell first: without windows of its own it opens a page in a third of the time.
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/** The browser to test in, or null: CHROMIUM_PATH, one on PATH, or the one Playwright brings. */
export function findBrowser(): string | null {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return existsSync(named) ? named : null;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, chromium.executablePath()].find((path) => existsSync(path)) ?? null;
}

export const NO_BROWSER =
  'No Chromium was found: set CHROMIUM_PATH, or install chromium-headless-shell, chromium or google-chrome.';
