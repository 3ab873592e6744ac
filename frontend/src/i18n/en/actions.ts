import { coins } from './nouns';

/** What can be done with a prediction that was made before. */
export const actions = {
  group: (name: string) => `Actions for ${name}`,
  cancel: 'Cancel the prediction',
  cancelling: 'Cancelling…',
  retry: 'Run again…',
  retryTitle: 'Run this file again?',
  retryLead: (file: string, model: string, version: string) =>
    `${file} is computed once more with “${model}”, version ${version}. This is a new prediction with a price of its own; the earlier one stays.`,
  retryCost: (price: number, balance: number) =>
    `It costs ${coins(price)}; you have ${coins(balance)}.`,
  retryNow: (price: number) => `Run for ${coins(price)}`,
  retrying: 'Starting…',
  deleteFiles: 'Delete files…',
  deleteTitle: 'Delete the files for good?',
  deleteLead: (hasResult: boolean) =>
    `${hasResult ? 'The file with the patients and the result are' : 'The file with the patients is'} deleted and cannot be brought back.`,
  deleteStays:
    'The entry under “My predictions” stays, without the name of the file, and so does the coin movement. No coins are returned.',
  deleteNow: 'Delete for good',
  deleting: 'Deleting…',
  back: 'Cancel',
  filesDeleted: 'Files deleted',
  filesDeletedAt: (date: string) =>
    `The file with the patients and the result were deleted on ${date}. To see estimates for these patients again, submit their file anew.`,
  retryOf: 'Repeats an earlier prediction',
};
