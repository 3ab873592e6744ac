// The language of the page and its dictionary of texts.

import { computed, effect, signal } from '@preact/signals';
import type { Localised } from '../api/types';
import type { Dictionary } from './en';
import type { Language } from './format';

export type { Dictionary } from './en';
export type { Language } from './format';

const STORAGE_KEY = 'language';

// Each dictionary is a chunk of its own, so that users load only the language they read.
const DICTIONARIES: Record<Language, () => Promise<Dictionary>> = {
  en: async () => (await import('./en')).en,
  ru: async () => (await import('./ru')).ru,
};

const current = signal<{ language: Language; dictionary: Dictionary } | null>(null);

/** The language of the page. Call `setLanguage` before the first rendering. */
export const language = computed<Language>(() => current.value?.language ?? 'en');

/** The dictionary of the page's language. */
export const text = computed<Dictionary>(() => {
  if (current.value === null) throw new Error('no language was loaded');
  return current.value.dictionary;
});

export function localised(value: Localised): string {
  return value[language.value];
}

let latestRequest: Language | null = null;

/** The language that the user chose and that could not be loaded, or null. */
export const languageNotLoaded = signal<Language | null>(null);

/** Load the dictionary of the language and show the page in it. Throws if it cannot be loaded. */
export async function setLanguage(requested: Language): Promise<void> {
  latestRequest = requested;
  const dictionary = await DICTIONARIES[requested]();
  if (latestRequest === requested) current.value = { language: requested, dictionary };
}

/** Show the page in the chosen language. If that cannot be loaded, the page keeps its language. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  languageNotLoaded.value = null;
  await setLanguage(chosen).catch(() => {
    if (latestRequest === chosen) languageNotLoaded.value = chosen;
  });
}

/** Keep the language of the document and the stored choice up to date. Called once by the page. */
export function rememberLanguage(): void {
  effect(() => {
    document.documentElement.lang = language.value;
    try {
      localStorage.setItem(STORAGE_KEY, language.value);
    } catch {
      // The browser may forbid storage. The choice then lasts until the page is closed.
    }
  });
}

/** Return the stored language, else that of the browser. */
export function initialLanguage(): Language {
  const stored = storedLanguage();
  if (stored === 'en' || stored === 'ru') return stored;
  return globalThis.navigator?.language?.startsWith('ru') ? 'ru' : 'en';
}

function storedLanguage(): string | null {
  try {
    return globalThis.localStorage?.getItem(STORAGE_KEY) ?? null;
  } catch {
    return null;
  }
}
