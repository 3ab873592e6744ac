// The texts on the filters of a result's table.

import { createFormat } from '../format';
import { patients, patientsGenitive, wholeYearsGenitive } from './nouns';

const format = createFormat('ru');
const limit = (count: number) =>
  Number.isInteger(count) ? format.whole(count) : format.tenth(count);
const yearsGenitive = (count: number) =>
  Number.isInteger(count) ? wholeYearsGenitive(count) : `${format.tenth(count)}\u00a0года`;

export const tableFilter = {
  title: 'Показать только',
  imputed: 'с пропусками',
  outOfRange: 'с необычными значениями',
  /** A range of expected years. Without `to` it has no upper limit. */
  range: (from: number, to: number | null) => {
    if (to === null) return `от ${yearsGenitive(from)}`;
    return from === 0
      ? `меньше ${yearsGenitive(to)}`
      : `от ${limit(from)} и меньше ${yearsGenitive(to)}`;
  },
  active: (parts: readonly string[], count: number) =>
    `Фильтр: ${parts.join(', ')} — ${patients(count)}`,
  clear: 'Сбросить фильтр',
  toTable: 'Показать их в таблице',
  barsHint: 'Выберите столбик или группу в таблице групп, чтобы увидеть только этих пациентов.',
  bar: (range: string, count: number) => `${range}: ${patients(count)}`,
  none: 'Под фильтр не подходит ни один пациент.',
  largeHint: (count: number, total: number) =>
    `Поиск, фильтры и сортировка действуют только на этих ${patientsGenitive(count)}. В порядке файла видны все ${format.whole(total)}, но без фильтров.`,
  largeRange: (listed: number, total: number) =>
    `Из ${patientsGenitive(total)} с такой оценкой в этом списке есть ${format.whole(listed)}.`,
};
