import { createFormat } from '../format';

const format = createFormat('ru');

export const large = {
  choice: 'Каких пациентов показать',
  sickest: (count: number) => `${format.whole(count)} с наименьшим числом лет`,
  fileOrder: 'Всех, в порядке файла',
  hint: (total: number) => `Всего пациентов: ${format.whole(total)}. Все они есть в файле CSV.`,
  goToRow: 'Перейти к строке',
  noSuchRow: (total: number) => `Введите число от 1 до ${format.whole(total)}.`,
  range: (from: number, to: number) => `Строки ${format.whole(from)}–${format.whole(to)}`,
};
