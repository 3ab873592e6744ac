import { createFormat } from '../format';

const format = createFormat('en');

/** A result of more patients than the browser holds at once. */
export const large = {
  choice: 'Which patients',
  sickest: (count: number) => `${format.whole(count)} with the fewest years`,
  fileOrder: 'All, in the file’s order',
  hint: (total: number) =>
    `This result has ${format.whole(total)} patients. All of them are in the CSV file.`,
  goToRow: 'Go to row',
  noSuchRow: (total: number) => `Please give a number from 1 to ${format.whole(total)}.`,
  range: (from: number, to: number) => `Rows ${format.whole(from)}–${format.whole(to)}`,
};
