// The texts on the filters of a result's table.

import { createFormat } from '../format';
import { patients, patientsGenitive, yearRange } from './nouns';

const format = createFormat('ru');

export const tableFilter = {
  title: 'Показать только',
  imputed: 'с пропусками',
  outOfRange: 'с необычными значениями',
  /** A range of expected years: at least `from` and less than `to`. */
  range: yearRange,
  active: (parts: readonly string[], count: number) =>
    `Фильтр: ${parts.join(', ')} — ${patients(count)}`,
  clear: 'Сбросить фильтр',
  toTable: 'Показать их в таблице',
  barsHint: 'Выберите столбик или группу в таблице групп, чтобы увидеть только этих пациентов.',
  bar: (range: string, count: number) => `${range}: ${patients(count)}`,
  largeHint: (count: number, total: number) =>
    `Поиск, фильтры и сортировка действуют только на этих ${patientsGenitive(count)}. В порядке файла видны все ${format.whole(total)}, но без фильтров.`,
  largeRange: (listed: number, total: number) =>
    `Из ${patientsGenitive(total)} с такой оценкой в этом списке есть ${format.whole(listed)}.`,
};
