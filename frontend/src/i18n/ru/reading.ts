// How a file was read, and how to say that it should be read otherwise.

import type { AssumptionWords } from '../../api/assumptionKinds';
import type { Dictionary } from '../en';
import { createFormat, unbroken } from '../format';

const format = createFormat('ru');

const SEPARATORS: Record<string, string> = {
  ',': 'запятыми',
  ';': 'точками с запятой',
  '\t': 'табуляцией',
};

const assumptions: AssumptionWords = {
  file: {
    separator_line: ({ separator }) =>
      `Строка «sep=${separator}» над заголовком пропущена; ячейки разделены ${SEPARATORS[separator ?? ''] ?? `знаком «${separator}»`}.`,
    header_line: ({ line }) => `Заголовок — строка ${line}; строки над ней пропущены.`,
    second_header_row: ({ texts }) =>
      `Строка под заголовком${texts ? ` (${texts})` : ''} — продолжение заголовка, а не пациент.`,
    repeated_header: ({ count }) =>
      `Пропущено строк, повторяющих заголовок: ${format.whole(Number(count))}.`,
    row_names: () =>
      'В каждой строке на одну ячейку больше, чем в заголовке: первая ячейка — имя строки, она не используется.',
    encoding: ({ encoding }) => `Кодировка текста — ${encoding}.`,
    decimal_comma: () => 'Запятая в числах отделяет дробную часть.',
    short_rows: ({ count, columns }) =>
      `Строк, в которых ячеек меньше, чем в заголовке: ${format.whole(Number(count))}. Недостающие ячейки в конце строки${columns ? ` (${columns})` : ''} считаются неизмеренными.`,
    sheet: ({ sheet, sheets }) =>
      `Прочитан лист «${sheet}»; всего листов в книге — ${format.whole(Number(sheets))}.`,
  },
  columns: {
    heading: 'Заголовки',
    unit: 'Единицы измерения',
    no_si_unit: 'Единиц СИ нет, прочитано в других единицах',
    unit_odd: 'Необычная медиана, проверьте единицы измерения',
    words: 'Слова и коды',
    missing_mark: 'Не измерено',
    thousands_marks: 'Разделители тысяч отброшены',
    laboratory_flag: 'Пометки лаборатории отброшены',
    unit_in_cell: 'Единицы измерения в ячейках отброшены',
    excel_text: 'Числа, записанные в Excel как текст',
  },
};

/** The report on how a file was read, and the questions about its columns. */
export const reading: Dictionary['reading'] = {
  quote: (text) => `«${text}»`,
  assumptionsTitle: 'Как прочитан файл',
  assumptions,
  questions: 'Вопросы о столбцах',
  wholeFile: 'Числа в файле',
  keepUnit: (unit) => `Нет, единицы — ${unbroken(unit)}`,
  readAs: (header, column) => `Да, «${header}» — это ${column}`,
  readIn: (unit) => `Да, единицы — ${unbroken(unit)}`,
  decimalAnswer: (example, value, mark) =>
    `${mark === ',' ? 'Десятичная запятая' : 'Десятичная точка'}${value === null ? '' : `: «${example}» — это ${format.number(value)}`}`,
  isMissing: (codes) =>
    `${codes.join(', ')} ${codes.length === 1 ? 'означает' : 'означают'} «не измерено»`,
  isMeasured: (codes) =>
    `${codes.join(', ')} — ${codes.length === 1 ? 'измеренное значение' : 'измеренные значения'}`,
  change: 'Настроить столбцы',
  mappingTitle: 'Столбцы вашего файла',
  mappingLead:
    'Укажите, что означает каждый столбец файла. Обязательные показатели нужны для любого прогноза.',
  noHeadings:
    'Первая строка таблицы принята за заголовки. Если в ней указан пациент, добавьте над ней строку с заголовками и выберите файл ещё раз: иначе этот пациент не попадёт в расчёт.',
  heading: 'Заголовок в файле',
  meaning: 'Показатель',
  unit: 'Единицы',
  unitOf: (header) => `Единицы столбца «${header}»`,
  meaningOf: (header) => `Что означает столбец «${header}»`,
  valueOf: (text, header) => `Что означает «${text}» в столбце «${header}»`,
  valuesTitle: 'Что означают значения?',
  setMeaning: (control) =>
    `Если в файле свои слова или коды, укажите их значение в разделе «${control}».`,
  notUsed: 'не используется',
  unitByHeading: (unit) => `как в заголовке, иначе ${unit}`,
  notMeasured: 'не измерено',
  chooseValue: 'выберите',
  suggested: 'Предположение: проверьте',
  conflict: (headers, column) =>
    `Показателю «${column}» соответствует несколько столбцов: ${headers.map((header) => `«${header}»`).join(', ')}. Оставьте один.`,
  apply: 'Прочитать файл с этими настройками',
  moreColumns: 'Показаны только первые 30 столбцов.',
  remembers:
    'Заголовки и единицы страница запомнит в этом браузере для следующего файла. Заголовок столбца с ID и сами данные она не запоминает.',
  asAnswered: 'Файл прочитан с учётом ваших ответов.',
  askAgain: 'Отменить мои ответы',
  asLastTime: (choices) =>
    `Прочитано так, как в прошлый раз было выбрано в этом браузере: ${choices}.`,
  forget: 'Забыть этот выбор',
  helpTitle: 'Столбцы файла с пациентами',
  helpLead: 'Можно заполнить шаблон:',
  templateHint: 'Удалите строку с примером.',
  template: { en: 'Шаблон на английском (CSV)', ru: 'Шаблон на русском (CSV)' },
  otherUnits: (units) => `другие единицы: ${units}`,
  alsoKnownAs: (aliases) => `Распознаются и другие заголовки: ${aliases}.`,
  excel: 'Скачать для Excel',
  excelTooLarge: (rows) =>
    `Результат больше чем на ${format.whole(rows)} пациентов нельзя преобразовать для Excel в браузере. Скачайте CSV и откройте его в Excel через «Данные» → «Из текстового/CSV-файла».`,
};
