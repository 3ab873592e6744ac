import { createFormat } from '../format';

// A number and its noun, in the case that the sentence needs: «5 пациентов», «из 21 пациента».

const format = createFormat('ru');

export const coins = (count: number) =>
  format.count(count, { one: 'монета', few: 'монеты', many: 'монет', other: 'монеты' });
export const coinsSpent = (count: number) =>
  format.count(count, { one: 'монету', few: 'монеты', many: 'монет', other: 'монеты' });
export const ofCoins = (count: number) =>
  format.count(count, { one: 'монеты', few: 'монет', many: 'монет', other: 'монеты' });

export const PATIENTS_OF = {
  one: 'пациента',
  few: 'пациентов',
  many: 'пациентов',
  other: 'пациента',
};
export const patients = (count: number) =>
  format.count(count, { one: 'пациент', few: 'пациента', many: 'пациентов', other: 'пациента' });
export const ofPatients = (count: number) => format.count(count, PATIENTS_OF);

export const wholeYears = (count: number) =>
  format.count(count, { one: 'год', few: 'года', many: 'лет', other: 'года' });
export const ofWholeYears = (count: number) =>
  format.count(count, { one: 'года', few: 'лет', many: 'лет', other: 'года' });
