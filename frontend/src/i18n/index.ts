import { computed, effect, signal } from '@preact/signals';
import type { Localised } from '../api/types';
import { en } from './en';
import type { Language } from './format';
import { ru } from './ru';

export type { Language } from './format';
/** English is the measure: a key that another language lacks is a type error there. */
export type Dictionary = typeof en;

const STORAGE_KEY = 'language';
const dictionaries: Record<Language, Dictionary> = { en, ru };

export const language = signal<Language>(initialLanguage());
export const text = computed<Dictionary>(() => dictionaries[language.value]);

export function localised(value: Localised): string {
  return value[language.value];
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

function initialLanguage(): Language {
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
