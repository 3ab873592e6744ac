// The texts about the values of a patient: beside the result, changed, and while they are typed.

import { createFormat } from '../format';
import { wholeYears } from './nouns';

const format = createFormat('ru');

const entered = {
  title: 'Введённые показатели',
  column: 'Показатель',
  value: 'Значение и его влияние',
  notGiven: 'нет данных, взято ожидаемое значение',
  unusual: 'необычное значение',
  effects: {
    worse: 'риск выше',
    better: 'риск ниже',
    none: 'почти без влияния',
    unused: 'без влияния',
  },
  hint: 'По сравнению со средним пациентом исследования, по оценке этой модели. Показатели, которые модель не использует никогда, не перечислены.',
  change: 'Изменить показатели',
  changeHint: 'Откроется форма с этими значениями. Каждый новый расчёт оплачивается отдельно.',
};

const compared = {
  title: 'Было и стало',
  caption: 'Оценки до и после изменения показателей',
  before: 'Было',
  now: 'Стало',
  estimate: 'В среднем',
  interval: 'Интервал',
  model: 'Модель',
  otherHorizon:
    'Горизонты прогноза у этих моделей разные, поэтому напрямую сравнивать оценки нельзя.',
  notCaused:
    'Это оценки для двух пациентов с такими показателями. О том, что изменит лечение, они не говорят.',
  same: 'Показатели те же.',
  openBefore: 'Открыть прежний результат',
  gone: 'Прежний результат показать нельзя: возможно, его файлы удалены.',
  notGiven: 'не указано',
  changing: 'Вы изменяете показатели',
  earlierResult: 'прежнего расчёта',
  changingHint: 'Новая оценка будет показана рядом с прежней.',
};

const keeping = {
  dontKeep: 'Не хранить показатели',
  hint: 'Без этой отметки показатели, которые использует модель, хранятся вместе с результатом и удаляются вместе с ним. Отправленные данные в любом случае удаляются не позже чем через два дня.',
  never: 'Если пациентов больше 100, их показатели вместе с результатом не хранятся.',
};

const live = {
  title: 'Шкала риска Мейо по мере ввода',
  lead: 'Бесплатно: балл считается прямо в браузере по формуле, опубликованной в 1989 году. Нужны пять из этих показателей.',
  missing: (names: readonly string[]) => `Для расчёта балла не хватает: ${names.join('; ')}.`,
  score: 'Балл',
  average: (reference: number) => `у среднего пациента около ${format.whole(reference)}`,
  estimate: 'В среднем',
  altText: (points: readonly { years: number; probability: number }[]) =>
    `Опубликованная кривая выживаемости для этого балла. Вероятность прожить дольше: ${points
      .map((point) => `${wholeYears(point.years)} — ${format.percent(point.probability)}`)
      .join(', ')}.`,
  notLoaded: 'Не удалось загрузить шкалу.',
  loading: 'Загружаем шкалу…',
};

const conversion = {
  converted: (changes: readonly string[]) =>
    `Числа пересчитаны в выбранные единицы: ${changes.join('; ')}.`,
  change: (label: string, typed: string, shown: string) => `${label}: ${typed} = ${shown}`,
  keep: 'Оставить числа как есть',
  kept: 'Числа снова такие, как вы их ввели, но теперь в выбранных единицах. Проверьте их.',
};

const summary = {
  missing: 'не заполнено.',
  title: (count: number) =>
    `Исправьте ${format.count(count, { one: 'поле', few: 'поля', many: 'полей', other: 'поля' })}:`,
};

export const values = { entered, compared, keeping, live, conversion, summary };
