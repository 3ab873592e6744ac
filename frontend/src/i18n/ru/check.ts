import { createFormat } from '../format';

const format = createFormat('ru');
const patients = (count: number) =>
  format.count(count, { one: 'пациент', few: 'пациента', many: 'пациентов', other: 'пациента' });
const ofPatients = (count: number) =>
  format.count(count, {
    one: 'пациента',
    few: 'пациентов',
    many: 'пациентов',
    other: 'пациента',
  });

/** The free check of a file before it is submitted. */
export const check = {
  sending: 'Отправляем файл…',
  checking: 'Проверяем файл…',
  good: (rows: number) => `Файл проверен: ${patients(rows)}, ошибок не найдено.`,
  someBad: (bad: number, rows: number) =>
    `Файл проверен: из-за ошибок в данных прогноз невозможен для ${format.whole(bad)} из ${ofPatients(rows)}.`,
  allBad: (rows: number) =>
    `Файл проверен: ${patients(rows)}, из-за ошибок в данных прогноз невозможен ни для кого.`,
  beginning: {
    good: (rows: number) =>
      `Проверено начало файла, ${patients(rows)}: ошибок нет. Остальное проверим после запуска; если там найдётся ошибка, монеты вернутся.`,
    someBad: (bad: number, rows: number) =>
      `Проверено начало файла, ${patients(rows)}. С ошибками: ${format.whole(bad)}.`,
    allBad: (rows: number) =>
      `Проверено начало файла, ${patients(rows)}: прогноз невозможен ни для кого.`,
  },
  largeHint:
    'Файл такого размера для проверки передаётся в хранилище сервиса. Если расчёт не запустить, файл будет удалён в течение двух дней.',
  preview: 'Так прочитан файл',
  notChecked: 'Не удалось проверить файл.',
  notCheckedHint: 'Можно запустить и без проверки: файл с ошибками ничего не стоит.',
  leaveOut: (bad: number, good: number) =>
    `Исключить ${bad === 1 ? 'этого пациента' : `пациентов с ошибками (${format.whole(bad)})`} и рассчитать прогноз для остальных (${format.whole(good)})`,
  leaveOutAll: 'Исключить пациентов с ошибками и рассчитать прогноз для остальных',
  leaveOutHint:
    'Исключённые пациенты останутся в результате на своих местах: вместо прогноза будет указана причина. Цена не изменится.',
  blocked: {
    choose_or_correct: 'Чтобы запустить, поставьте отметку выше или выберите исправленный файл.',
    correct: 'Чтобы запустить, выберите исправленный файл.',
    patients: 'Чтобы запустить, выберите файл.',
    model: 'Чтобы запустить, выберите модель.',
  },
  repeated: 'Повторяющиеся ID',
  repeatedHint: 'Это не мешает расчёту. Проверьте, не внесён ли один пациент несколько раз.',
  repeatedId: (id: string, rows: readonly number[]) =>
    `${id}: ${format.plural(rows.length, { one: 'строка', few: 'строки', many: 'строки', other: 'строки' })} ${format.list(rows)}`,
  absent: 'Столбцы, которых нет в файле',
  absentHint:
    'Если показатель нужен модели, вместо него подставляется типичное значение, и прогноз менее надёжен.',
  ignored: 'Столбцы, которые не используются',
  unitsTitle: 'Единицы измерения в файле',
  units: {
    stated: 'Как в таблице столбцов',
    si: 'Единицы СИ (мкмоль/л, г/л, ммоль/л)',
  },
  unitsHint:
    'Если единица указана в заголовке столбца, например «Bilirubin [umol/L]», берётся она. Сверьте единицы в таблице ниже с лабораторными: заметить можно не каждую ошибку.',
};
