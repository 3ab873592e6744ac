// The texts of a column and its values in the user's language.

import type { Column } from '../api/types';
import type { Dictionary, Language } from '../i18n';
import { valueWords } from './sentences';

export function columnTitle(column: Column, language: Language): string {
  return column.title[language] || column.name;
}

/** Return the meaning of a category's code: that of the catalogue, else that of the dictionary. */
export function valueTitle(
  column: Column | null,
  code: string,
  dictionary: Dictionary,
  language: Language,
): string {
  return (
    column?.value_titles?.[code]?.[language] ?? valueWords(column?.name ?? '', code, dictionary)
  );
}

/** Return a code with its meaning, such as "S (present without diuretics)", or the code alone. */
export function codeAndTitle(
  column: Column,
  code: string,
  dictionary: Dictionary,
  language: Language,
): string {
  const title = valueTitle(column, code, dictionary, language);
  return title === code ? code : `${code} (${title})`;
}
