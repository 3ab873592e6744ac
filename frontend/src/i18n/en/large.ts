import { createFormat } from '../format';

const format = createFormat('en');

/** A result with too many patients to load them all into the browser. */
export const large = {
  choice: 'Which patients',
  lowestEstimates: (count: number) => `${format.whole(count)} with the lowest estimates`,
  fileOrder: 'All, in file order',
  hint: (total: number) =>
    `This result has ${format.whole(total)} patients. All of them are in the CSV file.`,
  goToRow: 'Go to row',
  noSuchRow: (total: number) => `Please enter a number from 1 to ${format.whole(total)}.`,
  range: (from: number, to: number) => `Rows ${format.whole(from)}–${format.whole(to)}`,
};
