// The texts on the filters of a result's table.

import { createFormat } from '../format';
import { patients, wholeYears, years } from './nouns';

const format = createFormat('en');
const anyYears = (count: number) => (Number.isInteger(count) ? wholeYears(count) : years(count));
const limit = (count: number) =>
  Number.isInteger(count) ? format.whole(count) : format.tenth(count);

export const tableFilter = {
  title: 'Show only',
  imputed: 'with missing values',
  outOfRange: 'with unusual values',
  /** A range of expected years. Without `to` it has no upper limit. */
  range: (from: number, to: number | null) => {
    if (to === null) return `${anyYears(from)} or more`;
    return from === 0 ? `under ${anyYears(to)}` : `${limit(from)} to under ${anyYears(to)}`;
  },
  active: (parts: readonly string[], count: number) =>
    `Filter: ${parts.join(', ')} – ${patients(count)}`,
  clear: 'Clear the filter',
  toTable: 'Show them in the table',
  barsHint: 'Choose a bar, or a group in the table of groups, to see only its patients.',
  bar: (range: string, count: number) => `${range}: ${patients(count)}`,
  none: 'No patient matches the filter.',
  largeHint: (count: number, total: number) =>
    `Search, filters and sorting cover only these ${format.whole(count)}. In the order of the file, you see all ${format.whole(total)} without filters.`,
  largeRange: (listed: number, total: number) =>
    `Of the ${patients(total)} in this range, ${format.whole(listed)} are among those listed here.`,
};
