import { createFormat } from '../format';

const format = createFormat('ru');

/** A result with too many patients to load them all into the browser. */
export const large = {
  choice: 'Какие пациенты показаны',
  lowestEstimates: (count: number) =>
    format.count(count, {
      one: 'самый тяжёлый',
      few: 'самых тяжёлых',
      many: 'самых тяжёлых',
      other: 'самого тяжёлого',
    }),
  fileOrder: 'Все, в порядке файла',
  hint: (total: number) => `Всего пациентов: ${format.whole(total)}. Все они есть в файле CSV.`,
  goToRow: 'Перейти к строке',
  noSuchRow: (total: number) => `Введите число от 1 до ${format.whole(total)}.`,
  range: (from: number, to: number) => `Строки ${format.whole(from)}–${format.whole(to)}`,
};
