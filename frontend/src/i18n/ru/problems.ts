// Sentences for the codes of problems, findings and form fields: what happened, and what to do.

import { type FormatGroup, formatGroup } from '../../api/fileFormats';
import type { FieldCode, FieldName, FindingCode } from '../../api/findingCodes';
import type { Problem, ProblemCode } from '../../api/problem';
import type { Finding } from '../../api/types';
import { createFormat } from '../format';
import { coins } from './nouns';
import { unitAfterNumber, unitName } from './units';

const format = createFormat('ru');
const seconds = (count: number) =>
  format.count(count, { one: 'секунду', few: 'секунды', many: 'секунд', other: 'секунды' });
const minutes = (count: number) =>
  format.count(count, { one: 'минуту', few: 'минуты', many: 'минут', other: 'минуты' });
const hours = (count: number) =>
  format.count(count, { one: 'час', few: 'часа', many: 'часов', other: 'часа' });
const duration = (count: number) => {
  if (count >= 7200) return hours(Math.ceil(count / 3600));
  return count >= 120 ? minutes(Math.ceil(count / 60)) : seconds(count);
};
const retryTime = (problem: Problem) =>
  problem.retryAfterSeconds === null
    ? 'чуть позже'
    : `через ${duration(problem.retryAfterSeconds)}`;
const withUnit = (value: number | null | undefined, unit: string | null | undefined) =>
  [value == null ? null : format.number(value), unit ? unitAfterNumber(unit) : null]
    .filter(Boolean)
    .join('\u00a0');
const suggestion = (finding: Finding) =>
  finding.suggestion == null ? '' : ` Возможно, имелось в виду ${asTyped(finding.suggestion)}?`;
const asTyped = (value: string | number) =>
  typeof value === 'number' ? format.number(value) : value;
const quoted = (texts: readonly string[] | undefined) =>
  (texts ?? []).map((text) => `«${text}»`).join(', ');
const example = (finding: Finding) => (finding.example ? ` (например, «${finding.example}»)` : '');
const isAboutColumn = (finding: Finding) => finding.row == null;

/** What to do with a file of another format. */
const exportHints: Record<FormatGroup, string> = {
  image:
    'Это изображение или документ PDF, прочитать из него значения нельзя. Внесите их в таблицу (одна строка — один пациент) и сохраните её как CSV или книгу Excel (.xlsx).',
  excel:
    'Такие книги Excel и книги с паролем не читаются. В Excel выберите «Сохранить как» и тип «Книга Excel (.xlsx)» или «CSV UTF-8», без пароля.',
  web: 'Это веб-страница или файл XML, даже если имя файла заканчивается на .xls. Откройте его в Excel и сохраните как «Книга Excel (.xlsx)».',
  archive: 'Это архив или сжатый файл. Распакуйте его и выберите таблицу, которая в нём лежит.',
  python:
    'Это файл программы для анализа данных, а не текстовая таблица. Откройте его в Python с помощью pandas и сохраните командой to_csv("patients.csv", index=False).',
  document: 'Это документ, а не таблица. Скопируйте таблицу в новую книгу Excel и выберите её.',
  libreoffice:
    'Это таблица OpenDocument. В LibreOffice выберите «Сохранить как» и тип «Excel 2007–365 (.xlsx)» или «Текст CSV».',
  numbers:
    'Это документ программы Numbers. В Numbers выберите «Экспортировать в», затем «CSV» или «Excel».',
  spss: 'Это файл SPSS. В SPSS выберите «Сохранить как» и тип «Comma delimited (*.csv)».',
  stata:
    'Это файл Stata. В Stata сохраните таблицу командой «export delimited using patients.csv».',
  sas: 'Это файл SAS. В SAS выгрузите таблицу: «proc export» с параметром «dbms=csv».',
  r: 'Это файл R. В R сохраните таблицу командой write.csv(data, "patients.csv", row.names = FALSE).',
  matlab: 'Это файл MATLAB. В MATLAB сохраните таблицу командой writetable(data, "patients.csv").',
  database: 'Это база данных. Выгрузите из неё таблицу с пациентами в формате CSV.',
};

function exportHint(format: string | null): string | null {
  const group = formatGroup(format);
  return group && exportHints[group];
}

const sentences: Record<ProblemCode, (problem: Problem) => string> = {
  token_missing: () => 'Чтобы продолжить, войдите в аккаунт.',
  token_invalid: () => 'Сеанс больше не действителен. Войдите ещё раз.',
  token_expired: () => 'Сеанс закончился. Войдите ещё раз.',
  account_deleted: () => 'Этот аккаунт удалён. Монеты не списаны.',
  wrong_credentials: () => 'Неверное имя, почта или пароль.',
  not_enough_coins: (problem) =>
    problem.cost === null || problem.balance === null
      ? 'Для этого прогноза не хватает монет. Монеты не списаны.'
      : `Прогноз стоит ${coins(problem.cost)}, а у вас ${coins(problem.balance)}. Монеты не списаны.`,
  too_many_open_predictions: (problem) =>
    `У вас слишком много незавершённых прогнозов. Монеты не списаны. Попробуйте ещё раз ${retryTime(problem)}.`,
  idempotency_key_reused: () =>
    'Этот запрос уже отправлялся с другим файлом. Монеты не списаны. Выберите файл ещё раз.',
  not_found: () => 'По этому адресу ничего нет.',
  unknown_model: () => 'Эта модель больше не доступна. Выберите другую.',
  model_disabled: () => 'Эта модель сейчас отключена. Монеты не списаны. Выберите другую.',
  unknown_prediction: () => 'В вашем аккаунте нет такого прогноза.',
  method_not_allowed: () => 'Сервис не поддерживает такой запрос. Обновите страницу.',
  name_taken: () => 'Это имя уже занято. Выберите другое.',
  email_taken: () => 'Аккаунт с этой электронной почтой уже есть.',
  not_finished: () => 'Прогноз ещё не готов.',
  file_too_large: (problem) =>
    problem.limitBytes === null
      ? 'Файл слишком большой. Разделите его на несколько файлов поменьше.'
      : `Файл слишком большой: принимаются файлы до ${format.number(Math.floor(problem.limitBytes / 100_000) / 10)}\u00a0МБ. Разделите его на несколько файлов поменьше.`,
  unsupported_media_type: () =>
    'Такие файлы не принимаются. Пришлите файл CSV или книгу Excel (.xlsx).',
  not_a_csv: (problem) =>
    exportHint(problem.format) ??
    'Не похоже ни на файл CSV, ни на книгу Excel (.xlsx). В Excel выберите «Сохранить как» и тип «CSV UTF-8».',
  broken_csv: () =>
    'Файл не читается как таблица. Проверьте, все ли кавычки закрыты, отведена ли каждому пациенту отдельная строка и не больше ли 256 столбцов в файле.',
  invalid_input: () => 'Исправьте поля с ошибками.',
  invalid_json: () => 'Запрос повреждён при передаче. Попробуйте ещё раз.',
  body_too_large: () => 'Запрос слишком большой. Сократите введённый текст.',
  invalid_form: () => 'Файл передан не полностью. Отправьте его ещё раз.',
  bad_request: () => 'Сервис не смог прочитать запрос. Попробуйте ещё раз.',
  file_missing: () => 'Файл не получен. Выберите файл.',
  file_empty: () => 'Файл пуст. Выберите другой.',
  no_rows: () => 'В файле есть только заголовок, строк с пациентами нет. Выберите другой.',
  too_many_rows: () =>
    'В файле больше строк, чем допускает один прогноз. Разделите его на несколько файлов поменьше.',
  encoding_unsupported: () =>
    'Не удаётся прочитать кодировку файла. Сохраните его как «CSV UTF-8».',
  column_missing: () =>
    'В файле не найдены столбцы, которые нужны модели. Укажите ниже, какие это столбцы, или добавьте их в файл.',
  column_duplicated: () =>
    'Несколько заголовков файла означают один и тот же показатель. Укажите ниже, какой столбец использовать.',
  mapping_invalid: () =>
    'Выбранные настройки столбцов не подходят к этому файлу. Проверьте их или выберите файл ещё раз.',
  columns_unclear: () =>
    'Неясно, как читать некоторые столбцы. Монеты не списаны. Выберите файл ещё раз и ответьте на вопросы, появившиеся при проверке.',
  separator_unsupported: () =>
    'Ячейки в этом файле разделены пробелами. Сохраните его с запятыми, точками с запятой или табуляцией между ячейками.',
  workbook_too_large: () =>
    'Книга Excel слишком большая. Сохраните лист с пациентами как «CSV UTF-8».',
  workbook_broken: () =>
    'Книга Excel не читается: похоже, файл повреждён или в нём не сохранены результаты формул. Откройте его в Excel и сохраните заново.',
  workbook_encrypted: () => 'Книга Excel защищена паролем. Сохраните копию без пароля.',
  unknown_upload: () =>
    'Загрузка файла не завершена, или срок хранения файла истёк. Выберите файл ещё раз.',
  upload_changed: () => 'Файл за это время загрузили заново. Отправьте его ещё раз.',
  unit_unknown: ({ findings: found }) =>
    found.some(({ hint_unit }) => hint_unit)
      ? 'Моделям нужно протромбиновое время в секундах. Вычислить его из МНО или процентов нельзя. Запросите в лаборатории время в секундах и добавьте его в файл: без него прогноз невозможен.'
      : 'В заголовке указана единица измерения, неизвестная для этого столбца. Выберите единицу ниже или исправьте заголовок.',
  invalid_rows: () => 'В файле есть ошибки. Исправьте их.',
  attempts_exhausted: () =>
    'Прогноз не удалось рассчитать из-за сбоя на нашей стороне. Его можно рассчитать заново.',
  dead_letter: () =>
    'Прогноз не удалось рассчитать из-за сбоя на нашей стороне. Его можно рассчитать заново.',
  input_gone: () =>
    'Файл был утрачен до начала расчёта из-за сбоя на нашей стороне. Отправьте его ещё раз.',
  cancelled: () => 'Вы отменили этот прогноз до начала расчёта.',
  session_without_id: () =>
    'Этот сеанс нельзя завершить отдельно. Выберите в разделе «Аккаунт» «Выйти на всех устройствах».',
  wrong_password: () => 'Неверный пароль. Ничего не изменено.',
  result_expired: () => 'Файлы этого результата больше не хранятся. Отправьте файл ещё раз.',
  input_expired: () => 'Файл с данными пациентов больше не хранится. Отправьте его ещё раз.',
  files_deleted: () =>
    'Файлы этого прогноза удалены вместе с его названием и заметкой. Новые добавить нельзя.',
  not_ended: () => 'Этот прогноз ещё не завершён.',
  not_queued: () => 'Этот прогноз уже завершён. Ничего не отменено и не удалено.',
  prediction_running: () => 'Прогноз уже рассчитывается, отменить его нельзя.',
  already_cancelled: () => 'Этот прогноз уже был отменён.',
  unknown_voucher: () => 'Такого ваучера нет. Проверьте код.',
  voucher_used: () => 'Этот ваучер уже использован.',
  voucher_expired: () => 'Срок действия ваучера истёк.',
  invalid_idempotency_key: () => 'Запрос повреждён при передаче. Попробуйте ещё раз.',
  too_many_requests: (problem) =>
    `Слишком много попыток. Попробуйте ещё раз ${retryTime(problem)}.`,
  internal_error: () => 'Произошёл сбой на нашей стороне. Попробуйте ещё раз.',
  temporarily_unavailable: (problem) =>
    `Сервис занят или перезапускается. Попробуйте ещё раз ${retryTime(problem)}.`,
  network_down: () => 'Нет связи с сервисом. Проверьте подключение и попробуйте ещё раз.',
  bad_answer: () => 'Не удалось разобрать ответ сервиса. Обновите страницу.',
  file_unreadable: () =>
    'Файл изменили, переместили или переименовали после выбора. Выберите его ещё раз.',
  file_not_chosen: () => 'Сначала выберите файл.',
};

const findings: Record<FindingCode, (finding: Finding) => string> = {
  column_missing: (finding) =>
    finding.heading
      ? `Этот столбец обязателен. Может быть, это столбец с заголовком «${finding.heading}»?`
      : 'Этот столбец обязателен. Добавьте его или укажите, какой это столбец.',
  column_duplicated: (finding) =>
    finding.texts?.length
      ? `Этот показатель означают несколько заголовков: ${quoted(finding.texts)}. Оставьте один.`
      : 'Этот столбец встречается несколько раз. Оставьте один.',
  unit_unknown: (finding) =>
    finding.hint_unit
      ? `Нужны другие единицы: ${unitName(finding.units?.[0] ?? '')}. Пересчитать в них ${unitName(finding.hint_unit)} нельзя.`
      : `Для этого столбца такая единица неизвестна.${finding.units?.length ? ` Известны: ${finding.units.map(unitName).join(', ')}.` : ''}`,
  value_missing: () => 'Это значение обязательно.',
  not_a_number: (finding) =>
    `Это не число.${finding.unit ? ` Нужно число, единицы измерения — ${unitName(finding.unit)}.` : ''}${suggestion(finding)}`,
  below_minimum: (finding) =>
    `Слишком низкое значение: минимум — ${withUnit(finding.minimum, finding.unit)}.${suggestion(finding)}`,
  above_maximum: (finding) =>
    `Слишком высокое значение: максимум — ${withUnit(finding.maximum, finding.unit)}.${suggestion(finding)}`,
  unit_suspected: (finding) => {
    if (isAboutColumn(finding) && (finding.hint_unit === 'INR' || finding.hint_unit === '%'))
      return `${median(finding)} Похоже на ${finding.hint_unit === 'INR' ? 'МНО' : 'протромбин по Квику (в процентах)'}. Моделям нужно протромбиновое время в секундах, а вычислить его отсюда нельзя. Возьмите секунды из бланка лаборатории.`;
    if (isAboutColumn(finding) && finding.median != null)
      return `${median(finding)} ${finding.unit ? `Если единицы — ${unitName(finding.unit)}, таких значений почти не бывает. ` : ''}Похоже, что единицы измерения ${finding.hint_unit ? `— ${unitName(finding.hint_unit)}` : 'другие'}${converted(finding)}.`;
    return suspectedCell(finding);
  },
  unknown_category: (finding) =>
    `${finding.allowed?.length ? `Допустимые значения: ${finding.allowed.join(', ')}.` : 'Такое значение не предусмотрено.'}${suggestion(finding)}`,
  cell_count: () => 'Число ячеек в этой строке не совпадает с числом столбцов в заголовке.',
  not_finite: () => 'Бесконечное или неопределённое число использовать нельзя.',
  mapping_invalid: () => 'Этот выбор не подходит к файлу. Выберите заново.',
  missing_code_suspected: (finding) =>
    isAboutColumn(finding)
      ? `${finding.example ? `Число «${finding.example}»` : 'Одно из чисел'} встречается ${finding.count == null ? 'здесь' : `${format.whole(finding.count)} ${format.plural(finding.count, { one: 'раз', few: 'раза', many: 'раз', other: 'раза' })}`} и сильно отличается от остальных значений. Означает ли оно «не измерено»?`
      : `${finding.example ? `Число «${finding.example}»` : 'Это число'} часто означает «не измерено». Если это так, оставьте ячейку пустой.`,
  values_unclear: (finding) =>
    `${finding.texts?.length ? `В файле здесь указано: ${quoted(finding.texts)}.` : 'Значения этого столбца неизвестны.'} Выберите ниже, что означает каждое значение.`,
  decimal_unclear: (finding) =>
    finding.allowed?.length === 0
      ? `В файле разные десятичные знаки: ${quoted([finding.example, finding.other_example].flatMap((cell) => cell ?? []))}. Запишите все числа с одним и тем же десятичным знаком и выберите исправленный файл.`
      : `Неясно, каким знаком отделена дробная часть${example(finding)}${finding.other_example ? `: в других ячейках числа записаны как «${finding.other_example}»` : ''}. Выберите, как читать такие числа.`,
  limit_not_value: (finding) =>
    `Это предел обнаружения${example(finding)}, а не измеренное значение. Укажите число или оставьте ячейку пустой.`,
  date_not_number: () =>
    'Это дата, а не число. Excel превращает в даты числа вроде 3.5: введите число заново в ячейку с форматом «Числовой».',
  unit_in_cell: (finding) =>
    `В ячейке указана ${finding.hint_unit ? `единица ${unitName(finding.hint_unit)}` : 'единица измерения'}, а единица столбца — ${finding.unit ? unitName(finding.unit) : 'другая'}. Пересчитайте значение.`,
  unit_odd: (finding) =>
    `${median(finding)}${unusual(finding)} ${finding.hint_unit ? `Может быть, единицы — ${unitName(finding.hint_unit)}?` : 'Проверьте единицы измерения.'}`,
  heading_near: (finding) =>
    `Столбец «${finding.heading ?? ''}» не используется. Может быть, это тот же показатель?`,
  ids_depend_on_encoding: (finding) =>
    `В ID есть буквы, которые зависят от кодировки файла${finding.texts?.length ? `. Прочитано так: ${quoted(finding.texts)}` : ''}. Проверьте, всё ли верно; если нет, сохраните файл как «CSV UTF-8».`,
};

function suspectedCell(finding: Finding): string {
  return `Похоже, что единицы измерения — ${finding.hint_unit ? unitName(finding.hint_unit) : 'другие'}${finding.unit ? `, а нужны ${unitName(finding.unit)}` : ''}.${suggestion(finding)}`;
}

function median(finding: Finding): string {
  return finding.median == null
    ? 'Необычные значения.'
    : `Медиана — ${withUnit(finding.median, finding.code === 'unit_odd' ? finding.unit : null)}.`;
}

function converted({ median: value, hint_unit, unit, suggestion: result }: Finding): string {
  if (value == null || typeof result !== 'number' || !hint_unit) return '';
  return `: ${withUnit(value, hint_unit)} — это ${withUnit(result, unit)}`;
}

/** Why the median is unusual. */
function unusual({
  usual_minimum: low,
  usual_maximum: high,
  other_column,
  other_unit,
}: Finding): string {
  if (low != null) return ` Почти у всех пациентов больше ${format.number(low)}.`;
  if (high != null) return ` У 9 из 10 пациентов исследования было меньше ${format.number(high)}.`;
  return other_column
    ? ` Столбец ${other_column} в этом файле — в единицах ${unitName(other_unit ?? '')}.`
    : '';
}

const agreement = 'Поставьте отметку. Без неё создать аккаунт нельзя.';
const fieldLimits: Record<FieldName, { short: string; long: string; missing: string }> = {
  name: {
    missing: 'Заполните это поле.',
    short: 'В имени должно быть не меньше 2 символов.',
    long: 'В имени должно быть не больше 64 символов.',
  },
  email: {
    missing: 'Введите адрес электронной почты.',
    short: 'Слишком коротко для адреса электронной почты.',
    long: 'В адресе должно быть не больше 254 символов.',
  },
  password: {
    missing: 'Введите пароль.',
    short: 'В пароле должно быть не меньше 8 символов.',
    long: 'Пароль слишком длинный: не больше 72 латинских или 36 русских букв.',
  },
  intended_use: {
    missing: agreement,
    short: agreement,
    long: agreement,
  },
  old_password: {
    missing: 'Введите текущий пароль.',
    short: 'Неверный пароль. Ничего не изменено.',
    long: 'Неверный пароль. Ничего не изменено.',
  },
  new_password: {
    missing: 'Введите новый пароль.',
    short: 'В пароле должно быть не меньше 8 символов.',
    long: 'Пароль слишком длинный: не больше 72 латинских или 36 русских букв.',
  },
  code: {
    missing: 'Введите код ваучера.',
    short: 'Слишком коротко для кода ваучера.',
    long: 'Слишком длинно для кода ваучера.',
  },
};

const fields: Record<FieldCode, (field: FieldName) => string> = {
  missing: (field) => fieldLimits[field].missing,
  too_short: (field) => fieldLimits[field].short,
  too_long: (field) => fieldLimits[field].long,
  not_an_email: () => 'Не похоже на адрес электронной почты. Пример: anna@example.org.',
  too_common: () =>
    'Это один из самых распространённых паролей: их подбирают первыми. Выберите другой.',
  name_with_at: () => 'В имени не может быть знака @.',
  control_characters: () => 'В имени не может быть невидимых символов.',
};

export const problems = {
  problems: {
    sentences,
    findings,
    fields,
    unknown: 'Запрос не принят.',
    requestId: 'Номер запроса',
    tryAgain: 'Повторить',
    findingsCaption: 'Ошибки в файле',
    findingsShown: (shown: number, total: number) =>
      `Показано ${format.whole(shown)} из ${format.count(total, { one: 'ошибки', few: 'ошибок', many: 'ошибок', other: 'ошибок' })}.`,
    badRows: 'Все строки с ошибками',
    findingsRow: 'Строка',
    findingsRowHint: 'Строки считаются от первого пациента, без заголовка.',
    findingsColumn: 'Столбец и значение',
    findingsExpected: 'Как исправить',
    findingsWholeFile: 'Весь файл',
    nameOfColumn: (name: string) => `Заголовок, который всегда распознаётся: ${name}.`,
    emptyValue: 'пусто',
  },
};
