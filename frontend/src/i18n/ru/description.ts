// The texts on the user's own name and note of a prediction, and on the search in the list.

import { createFormat } from '../format';

const format = createFormat('ru');
const predictionsGenitive = (count: number) =>
  format.count(count, {
    one: 'прогноза',
    few: 'прогнозов',
    many: 'прогнозов',
    other: 'прогноза',
  });

export const description = {
  title: 'Название и заметка',
  warning:
    'Их видите только вы; удаляются они вместе с файлами. Не указывайте имена пациентов и ничего другого, по чему можно узнать человека.',
  name: 'Название',
  note: 'Заметка',
  save: 'Сохранить',
  saving: 'Сохраняем…',
  length: (count: number, maximum: number) =>
    `${count > maximum ? 'Слишком длинно: ' : ''}${count} из ${maximum} символов`,
  refused: 'Используйте только видимые символы.',
  file: (name: string) => `Файл: ${name}`,
  estimate: (estimate: string) => `Оценка: ${estimate}`,
  search: 'Поиск по названию, заметке, файлу или модели',
  status: 'Состояние',
  model: 'Модель',
  any: 'Любое значение',
  found: (count: number, loaded: number, hasMore = false) =>
    `${format.whole(count)} из ${hasMore ? `${format.whole(loaded)} загруженных` : predictionsGenitive(loaded)}`,
  searched: (loaded: number) =>
    `Поиск идёт по загруженным (${format.whole(loaded)}). Остальные загрузит кнопка «Показать более ранние прогнозы».`,
  none: 'Ни один из этих прогнозов не подходит.',
  clear: 'Сбросить поиск',
};
