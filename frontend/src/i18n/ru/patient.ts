import { createFormat, nameInSentence } from '../format';
import { unitAfterNumber } from './units';

const format = createFormat('ru');
const range = (low: number, high: number, unit = '') =>
  `от ${format.number(low)} до ${format.number(high)}${unit && `\u00a0${unit}`}`;

const labels: Record<string, string> = {
  ID: 'ID пациента (необязательно)',
  Age: 'Возраст',
  Edema: 'Отёки',
};

const hints: Record<string, string> = {
  ID: 'Для ваших записей. Будет указан в результате. Пожалуйста, не указывайте имя и фамилию.',
  Prothrombin:
    'В секундах. Не МНО и не протромбин по Квику. Зависит от реактива лаборатории: у половины пациентов исследования — не больше 10,6.',
};

const values: Record<string, string> = {
  N: 'нет',
  Y: 'да',
  F: 'женский',
  M: 'мужской',
  'Edema.N': 'Нет, диуретики не назначены',
  'Edema.S': 'Есть, диуретики не назначены, либо прошли на диуретиках',
  'Edema.Y': 'Сохраняются, несмотря на диуретики',
};

/** The form for one patient. */
export const patient = {
  inputMode: 'Источник данных',
  inputModes: { file: 'Файл', form: 'Один пациент' },
  units: 'Единицы лабораторных показателей',
  systems: {
    conventional: 'Традиционные (мг/дл, г/дл)',
    si: 'СИ (мкмоль/л, г/л, ммоль/л)',
  },
  required: 'Обязательные показатели',
  optional: 'Дополнительные показатели',
  optionalHint:
    'Чем больше показателей, которые использует модель, известно, тем точнее её оценка. Если показатель не измеряли или он неизвестен, оставьте поле пустым.',
  notKnown: 'неизвестно',
  labels,
  hints,
  values,
  unit: unitAfterNumber,
  range: (low: number, high: number, unit: string | null = null) =>
    range(low, high, unit ? unitAfterNumber(unit) : ''),
  otherUnit: (value: number, unit: string) =>
    `= ${format.number(value)}\u00a0${unitAfterNumber(unit)}`,
  unusual: (low: number, high: number, unit: string | null) =>
    `Вне диапазона, наблюдавшегося в исследовании (${range(low, high, unit ? unitAfterNumber(unit) : '')}): оценка менее надёжна.`,
  enter: (label: string, isChoice: boolean) =>
    isChoice
      ? `Выберите ответ: ${nameInSentence(label)}.`
      : `Введите значение: ${nameInSentence(label)}.`,
  ambiguousComma: (typed: string) =>
    `Запятую можно понять двояко. Напишите ${typed.replace(',', '')} или ${typed.replace(',', '.')}.`,
  missing: (names: readonly string[]) => `Осталось заполнить: ${names.join('; ')}.`,
  checking: 'Проверяем показатели…',
  good: 'Показатели проверены, ошибок не найдено.',
  bad: 'Исправьте отмеченные поля.',
  notChecked:
    'Не удалось проверить показатели. Расчёт можно запустить и без проверки: за данные с ошибками монеты не списываются.',
  blocked: 'Чтобы начать расчёт, исправьте отмеченные поля.',
  save: 'Сохранить значения в файл CSV',
  clear: 'Очистить форму',
  noFields: 'Поля появятся, когда загрузится список моделей.',
  fileName: 'пациент',
};
