// The texts on the user's own name and note of a prediction, and on the search in the list.

import { createFormat } from '../format';

const format = createFormat('en');
const predictions = (count: number) =>
  format.count(count, { one: 'prediction', other: 'predictions' });

export const description = {
  title: 'Name and note',
  warning:
    'Only you see them, and they are deleted with the files. Do not enter names of patients or anything else that identifies a person.',
  name: 'Name',
  note: 'Note',
  save: 'Save',
  saving: 'Saving…',
  length: (count: number, maximum: number) =>
    `${count > maximum ? 'Too long: ' : ''}${count} of at most ${maximum} characters`,
  refused: 'Please use visible characters only.',
  file: (name: string) => `File: ${name}`,
  estimate: (estimate: string) => `Estimate: ${estimate}`,
  search: 'Search by name, note, file or model',
  status: 'Status',
  model: 'Model',
  any: 'Any',
  found: (count: number, loaded: number, hasMore = false) =>
    `${format.whole(count)} of ${predictions(loaded)}${hasMore ? ' loaded' : ''}`,
  searched: (loaded: number) =>
    `Searches the ${format.whole(loaded)} loaded here. “Show older predictions” loads more.`,
  none: 'None of these predictions matches.',
  clear: 'Clear the search',
};
