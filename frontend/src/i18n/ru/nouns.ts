// Numbers with their nouns, in the case that a sentence needs: «5 пациентов», «из 21 пациента».

import { createFormat } from '../format';

const format = createFormat('ru');

export const coins = (count: number) =>
  format.count(count, { one: 'монета', few: 'монеты', many: 'монет', other: 'монеты' });
export const coinsAccusative = (count: number) =>
  format.count(count, { one: 'монету', few: 'монеты', many: 'монет', other: 'монеты' });
export const coinsGenitive = (count: number) =>
  format.count(count, { one: 'монеты', few: 'монет', many: 'монет', other: 'монеты' });

export const PATIENTS_GENITIVE = {
  one: 'пациента',
  few: 'пациентов',
  many: 'пациентов',
  other: 'пациента',
};
export const patients = (count: number) =>
  format.count(count, { one: 'пациент', few: 'пациента', many: 'пациентов', other: 'пациента' });
export const patientsGenitive = (count: number) => format.count(count, PATIENTS_GENITIVE);

export const years = (count: number) =>
  format.timeCount(count, { one: 'год', few: 'года', many: 'лет', other: 'года' });
export const wholeYears = (count: number) =>
  format.count(count, { one: 'год', few: 'года', many: 'лет', other: 'года' });
export const wholeYearsGenitive = (count: number) =>
  format.count(count, { one: 'года', few: 'лет', many: 'лет', other: 'года' });

/** At least `from` and less than `to` years. Without `to` there is no upper limit. */
export const yearRange = (from: number, to: number | null) => {
  const years = { one: 'год', few: 'года', many: 'лет', other: 'года' };
  if (to === null) return `${format.number(from)}\u00a0${format.plural(from, years)} и более`;
  const genitive = { one: 'года', few: 'лет', many: 'лет', other: 'года' };
  const end = `менее ${format.number(to)}\u00a0${format.plural(to, genitive)}`;
  return from === 0 ? end : `от ${format.number(from)} до ${end}`;
};
