// What a prediction is called on the page.

import type { Prediction } from '../api/types';
import type { Dictionary } from '../i18n';

type Named = Pick<Prediction, 'name' | 'file_name' | 'files_deleted_at'>;

/** Return the name of the file. Programs may send files without a name. */
export function fileLabel(
  { file_name, files_deleted_at }: Omit<Named, 'name'>,
  { history }: Dictionary,
): string {
  return file_name ?? (files_deleted_at ? history.deletedFile : history.untitled);
}

/** Return the user's own name of a prediction, else the name of its file. */
export function predictionName(prediction: Named, dictionary: Dictionary): string {
  return prediction.name ?? fileLabel(prediction, dictionary);
}

export const NAME_MAX = 100;
export const NOTE_MAX = 200;

/** Return a typed text on one line and without the invisible characters, which the API refuses. */
export function cleanText(typed: string): string {
  return typed
    .replace(/\s+/gu, ' ')
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trim();
}

/** Return the number of characters that the API counts. */
export function lengthOf(typed: string): number {
  return [...cleanText(typed)].length;
}
