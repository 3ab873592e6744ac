// Numbers with their nouns, such as "5 patients".

import { createFormat } from '../format';

const format = createFormat('en');

export const coins = (count: number) => format.count(count, { one: 'coin', other: 'coins' });
export const patients = (count: number) =>
  format.count(count, { one: 'patient', other: 'patients' });
export const years = (count: number) => format.timeCount(count, { one: 'year', other: 'years' });
const anyYears = (count: number) =>
  `${format.number(count)}\u00a0${format.plural(count, { one: 'year', other: 'years' })}`;
/** At least `from` and less than `to` years. Without `to` there is no upper limit. */
export const yearRange = (from: number, to: number | null) => {
  if (to === null) return `${anyYears(from)} or more`;
  return from === 0 ? `under ${anyYears(to)}` : `${format.number(from)} to under ${anyYears(to)}`;
};
export const wholeYears = (count: number) => format.count(count, { one: 'year', other: 'years' });
