import { createFormat } from '../format';

const format = createFormat('ru');

/** A result with too many patients to load them all into the browser. */
export const large = {
  choice: 'Каких пациентов показать',
  lowestEstimates: (count: number) => `${format.whole(count)} с наименьшими оценками`,
  fileOrder: 'Всех, в порядке файла',
  hint: (total: number) => `Всего пациентов: ${format.whole(total)}. Все они есть в файле CSV.`,
  goToRow: 'Перейти к строке',
  noSuchRow: (total: number) => `Введите число от 1 до ${format.whole(total)}.`,
  range: (from: number, to: number) => `Строки ${format.whole(from)}–${format.whole(to)}`,
};
