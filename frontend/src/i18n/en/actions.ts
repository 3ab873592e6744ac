import { coins } from './nouns';

/** Actions on a prediction: cancel, run again, delete the files. */
export const actions = {
  group: (name: string) => `Actions for ${name}`,
  cancel: 'Cancel the prediction',
  cancelling: 'Cancelling…',
  retry: 'Run again…',
  retryTitle: 'Run this file again?',
  retryLead: (file: string, model: string, version: string) =>
    `${file}, “${model}”, version ${version}. Runs as a new prediction and is charged again. The earlier one is kept.`,
  retryCost: (price: number, balance: number) =>
    `It costs ${coins(price)}. You have ${coins(balance)}.`,
  retryNow: (price: number) => `Run for ${coins(price)}`,
  retrying: 'Starting…',
  deleteFiles: 'Delete files…',
  deleteTitle: 'Delete the files permanently?',
  deleteLead: (hasResult: boolean) =>
    `The patients’ file ${hasResult ? 'and the result ' : ''}will be deleted and cannot be restored.`,
  keptData:
    'The entry under “My predictions” is kept without the file name, your own name for it and your note, and so are the entries of your coin statement. Coins are not refunded.',
  deleteNow: 'Delete permanently',
  deleting: 'Deleting…',
  back: 'Cancel',
  filesDeleted: 'Files deleted',
  filesDeletedAt: (date: string) =>
    `The patients’ file and the result were deleted on ${date}. To get estimates for these patients again, submit their file again.`,
  retryOf: 'Repeats an earlier prediction',
};
