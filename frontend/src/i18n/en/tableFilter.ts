// The texts on the filters of a result's table.

import { createFormat } from '../format';
import { patients, yearRange } from './nouns';

const format = createFormat('en');

export const tableFilter = {
  title: 'Show only',
  imputed: 'with missing values',
  outOfRange: 'with unusual values',
  /** A range of expected years: at least `from` and less than `to`. */
  range: yearRange,
  active: (parts: readonly string[], count: number) =>
    `Filter: ${parts.join(', ')} – ${patients(count)}`,
  clear: 'Clear the filter',
  toTable: 'Show them in the table',
  barsHint: 'Choose a bar, or a group in the table of groups, to see only its patients.',
  bar: (range: string, count: number) => `${range}: ${patients(count)}`,
  largeHint: (count: number, total: number) =>
    `Search, filters and sorting cover only these ${format.whole(count)}. In the order of the file, you see all ${format.whole(total)} without filters.`,
  largeRange: (listed: number, total: number) =>
    `Of the ${patients(total)} in this range, ${format.whole(listed)} are among those listed here.`,
};
