import { computed, effect, signal } from '@preact/signals';
import type { Localised } from '../api/types';
import type { Dictionary } from './en';
import type { Language } from './format';

export type { Dictionary } from './en';
export type { Language } from './format';

const STORAGE_KEY = 'language';

// A person reads one language: the other one's words are fetched if they are asked for.
const FETCH: Record<Language, () => Promise<Dictionary>> = {
  en: async () => (await import('./en')).en,
  ru: async () => (await import('./ru')).ru,
};

const dictionary = signal<{ language: Language; words: Dictionary } | null>(null);

/** What the page is shown in. Nothing is to be drawn before the first `speak`. */
export const language = computed<Language>(() => dictionary.value?.language ?? 'en');

export const text = computed<Dictionary>(() => {
  if (dictionary.value === null) throw new Error('no language was loaded');
  return dictionary.value.words;
});

export function localised(value: Localised): string {
  return value[language.value];
}

let wantedLast: Language | null = null;

/** Shows the page in this language once its words are here; throws if they can't be had. */
export async function speak(wanted: Language): Promise<void> {
  wantedLast = wanted;
  const words = await FETCH[wanted]();
  if (wantedLast === wanted) dictionary.value = { language: wanted, words };
}

/** Called once by the page: keeps the document's language and the person's choice in step. */
export function rememberLanguage(): void {
  effect(() => {
    document.documentElement.lang = language.value;
    try {
      localStorage.setItem(STORAGE_KEY, language.value);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  });
}

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
