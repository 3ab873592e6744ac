// The choices for the headings of files that the browser remembers: a heading, its column and its
// unit. Never cells, and no headings that the user did not choose a meaning for.

import type { KnownHeadings } from '../lib/columnMapping';

const STORAGE_KEY = 'headings';
const HEADINGS_MAX = 200;

export function knownHeadings(): KnownHeadings {
  try {
    const stored = JSON.parse(globalThis.localStorage?.getItem(STORAGE_KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? stored : {};
  } catch {
    return {};
  }
}

export function rememberHeadings(headings: KnownHeadings): void {
  if (Object.keys(headings).length > 0) store({ ...knownHeadings(), ...headings });
}

export function forgetHeadings(headings: KnownHeadings): void {
  const kept = Object.entries(knownHeadings()).filter(
    ([header]) => !Object.hasOwn(headings, header),
  );
  store(Object.fromEntries(kept));
}

function store(headings: KnownHeadings): void {
  const newest = Object.entries(headings).slice(-HEADINGS_MAX);
  try {
    if (newest.length === 0) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, JSON.stringify(Object.fromEntries(newest)));
  } catch {
    // The browser may forbid storage. The choices then last for this file.
  }
}
