// Numbers with their nouns, such as "5 patients".

import { createFormat } from '../format';

const format = createFormat('en');

export const coins = (count: number) => format.count(count, { one: 'coin', other: 'coins' });
export const patients = (count: number) =>
  format.count(count, { one: 'patient', other: 'patients' });
export const years = (count: number) => format.timeCount(count, { one: 'year', other: 'years' });
export const wholeYears = (count: number) => format.count(count, { one: 'year', other: 'years' });
