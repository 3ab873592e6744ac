import { createFormat } from '../format';
import { patients, patientsGenitive } from './nouns';

const format = createFormat('ru');

/** The free check (dry run) of a file before its submission. */
export const check = {
  sending: 'Отправляем файл…',
  checking: 'Проверяем файл…',
  good: (rows: number) => `Файл проверен: ${patients(rows)}, ошибок не найдено.`,
  someBad: (bad: number, rows: number) =>
    `Файл проверен: ошибки в данных у ${format.whole(bad)} из ${patientsGenitive(rows)}. Для ${format.plural(rows - bad, { one: 'остального', few: 'остальных', many: 'остальных', other: 'остальных' })} ${format.whole(rows - bad)} прогноз рассчитать можно.`,
  allBad: (rows: number) =>
    `Файл проверен (${patients(rows)}): ошибки в данных у всех, рассчитать прогноз нельзя.`,
  columnsUnclear: (rows: number) =>
    `Файл проверен (${patients(rows)}). Неясно, как читать некоторые столбцы.`,
  sampled: {
    good: (rows: number) =>
      `Проверено начало файла (${patients(rows)}): ошибок не найдено. Остальное проверим после запуска. Если там найдётся ошибка, монеты вернутся.`,
    someBad: (bad: number, rows: number) =>
      `Проверено начало файла (${patients(rows)}). Ошибки в данных у ${patientsGenitive(bad)}.`,
    allBad: (rows: number) =>
      `Проверено начало файла (${patients(rows)}): ошибки в данных у всех, рассчитать прогноз нельзя.`,
  },
  largeHint:
    'Файл такого размера для проверки передаётся в хранилище сервиса целиком, со всеми столбцами. Если убрать файл здесь, он сразу будет удалён и из хранилища; если просто не запускать расчёт — в течение двух дней.',
  preview: 'Предпросмотр',
  previewCaption: (shown: number, rows: number | null, areFirst: boolean) => {
    const first = areFirst ? 'первые ' : '';
    if (rows === null) return `Предпросмотр, ${first}строки: ${format.whole(shown)}`;
    return shown === rows
      ? `Предпросмотр: ${rows === 1 ? '' : 'все '}${format.count(rows, { one: 'строка', few: 'строки', many: 'строк', other: 'строки' })}`
      : `Предпросмотр, ${first}строки: ${format.whole(shown)} из ${format.whole(rows)}`;
  },
  notChecked: 'Не удалось проверить файл.',
  notCheckedHint:
    'Расчёт можно запустить и без проверки: за файл с ошибками монеты не списываются.',
  skip: (bad: number, good: number) =>
    `Пропустить ${bad === 1 ? 'этого пациента' : `пациентов с ошибками (${format.whole(bad)})`} и рассчитать прогноз для остальных (${format.whole(good)})`,
  skipAll: 'Пропустить пациентов с ошибками и рассчитать прогноз для остальных',
  skipHint:
    'Пропущенные пациенты останутся в результате на своих местах: вместо оценки будет указана причина. Стоимость не изменится.',
  blocked: {
    skip_or_correct: 'Чтобы начать расчёт, поставьте отметку выше или выберите исправленный файл.',
    correct: 'Чтобы начать расчёт, выберите исправленный файл.',
    columns:
      'Чтобы начать расчёт, уточните выше, что означают столбцы, или выберите исправленный файл.',
    patients: 'Чтобы начать расчёт, выберите файл.',
    model: 'Чтобы начать расчёт, выберите модель.',
    coins: 'Чтобы начать расчёт, нужно больше монет.',
  },
  duplicateIds: 'Повторяющиеся ID',
  duplicateIdsHint: 'Это не мешает расчёту. Проверьте, не внесён ли один пациент несколько раз.',
  duplicateId: (id: string, rows: readonly number[]) =>
    `${id}: ${format.plural(rows.length, { one: 'строка', few: 'строки', many: 'строки', other: 'строки' })} ${format.list(rows)}`,
  absentColumns: 'Столбцы, которых нет в файле',
  absentColumnsHint:
    'Если показатель нужен модели, она возьмёт значение, наиболее ожидаемое при остальных анализах пациента; оценка станет менее надёжной.',
  personalColumns: 'Столбцы, в которых, похоже, указаны личные данные',
  personalColumnsHint:
    'Имена, адреса, телефоны, номера документов и даты рождения не нужны. Удалите их, а вместо них используйте ID, которые ничего не скажут посторонним.',
  ignoredColumns: 'Столбцы, которые не используются',
  warnings: 'Обратите внимание',
  outOfRange: 'Необычные значения: вне диапазона, наблюдавшегося в исследовании',
  outOfRangeHint:
    'Прогноз для таких пациентов рассчитывается, но оценка менее надёжна; в результате они отмечены.',
  outOfRangeColumn: (column: string, count: number, rows: readonly number[], range: string) =>
    `${column}: ${patients(count)} вне диапазона ${range} (${format.plural(rows.length, { one: 'строка', few: 'строки', many: 'строки', other: 'строки' })} ${format.list(rows)}${count > rows.length ? ', …' : ''})`,
  imputed: 'Неизмеренные показатели',
  imputedHint:
    'Если показатель нужен модели, она возьмёт значение, наиболее ожидаемое при остальных анализах пациента, и в результате это будет указано; оценка станет менее надёжной.',
  imputedColumn: (column: string, count: number) => `${column}: ${patients(count)}`,
  unitsTitle: 'Единицы измерения в файле',
  units: {
    stated: 'Традиционные (мг/дл, г/дл)',
    si: 'СИ (мкмоль/л, г/л, ммоль/л)',
  },
  unitsHint:
    'Единица в заголовке столбца, например «Bilirubin [umol/L]», важнее этого выбора. Сверьте единицы ниже с бланком лаборатории: не всякую путаницу можно заметить автоматически.',
};
