// Sentences for the codes of problems, findings and form fields: what happened, and what to do.

import { type FormatGroup, formatGroup } from '../../api/fileFormats';
import type { FieldCode, FieldName, FindingCode } from '../../api/findingCodes';
import type { Problem, ProblemCode } from '../../api/problem';
import type { Finding } from '../../api/types';
import { createFormat } from '../format';
import { coins } from './nouns';
import { unitName } from './units';

const format = createFormat('en');
const seconds = (count: number) => format.count(count, { one: 'second', other: 'seconds' });
const minutes = (count: number) => format.count(count, { one: 'minute', other: 'minutes' });
const hours = (count: number) => format.count(count, { one: 'hour', other: 'hours' });
const duration = (count: number) => {
  if (count >= 7200) return hours(Math.ceil(count / 3600));
  return count >= 120 ? minutes(Math.ceil(count / 60)) : seconds(count);
};
const retryTime = (problem: Problem) =>
  problem.retryAfterSeconds === null ? 'in a moment' : `in ${duration(problem.retryAfterSeconds)}`;
const withUnit = (value: number | null | undefined, unit: string | null | undefined) =>
  [value == null ? null : format.number(value), unit ? unitName(unit) : null]
    .filter(Boolean)
    .join('\u00a0');
const suggestion = (finding: Finding) =>
  finding.suggestion == null ? '' : ` Did you mean ${asTyped(finding.suggestion)}?`;
const asTyped = (value: string | number) =>
  typeof value === 'number' ? format.number(value) : value;
const quoted = (texts: readonly string[] | undefined) =>
  (texts ?? []).map((text) => `“${text}”`).join(', ');
const example = (finding: Finding) => (finding.example ? ` (such as “${finding.example}”)` : '');
const isAboutColumn = (finding: Finding) => finding.row == null;

/** What to do with a file of another format. */
const exportHints: Record<FormatGroup, string> = {
  image:
    'This is a picture or a PDF document, from which values cannot be read. Please enter them in a table, one line per patient, and save it as CSV or as an Excel workbook (.xlsx).',
  excel:
    'This is an Excel workbook of a kind that cannot be read, or one with a password. In Excel, choose “Save as” and the type “Excel Workbook (.xlsx)” or “CSV UTF-8”, without a password.',
  web: 'This is a web page or an XML file, even if its name ends in .xls. Please open it in Excel and save it as “Excel Workbook (.xlsx)”.',
  archive: 'This is a packed file. Please unpack it and choose the table inside.',
  python:
    'This is a file of a data program, not a table of text. With Python and pandas, read it and save it with to_csv("patients.csv", index=False).',
  document:
    'This is a document, not a table. Please copy its table into a new Excel workbook and choose that.',
  libreoffice:
    'This is an OpenDocument spreadsheet. In LibreOffice, choose “Save as” and the type “Excel 2007–365 (.xlsx)” or “Text CSV”.',
  numbers:
    'This is a document of Apple’s Numbers. In Numbers, choose “Export to” and then “CSV” or “Excel”.',
  spss: 'This is an SPSS file. In SPSS, choose “Save as” and the type “Comma delimited (*.csv)”.',
  stata: 'This is a Stata file. In Stata, save it with “export delimited using patients.csv”.',
  sas: 'This is a SAS file. In SAS, save it with “proc export” and “dbms=csv”.',
  r: 'This is an R file. In R, save it with write.csv(data, "patients.csv", row.names = FALSE).',
  matlab: 'This is a MATLAB file. In MATLAB, save the table with writetable(data, "patients.csv").',
  database: 'This is a database. Please export the table with the patients as CSV.',
};

function exportHint(format: string | null): string | null {
  const group = formatGroup(format);
  return group && exportHints[group];
}

const sentences: Record<ProblemCode, (problem: Problem) => string> = {
  token_missing: () => 'Please log in to continue.',
  token_invalid: () => 'Your session is no longer valid. Please log in again.',
  token_expired: () => 'Your session has ended. Please log in again.',
  account_deleted: () => 'This account was deleted. Nothing was charged.',
  wrong_credentials: () => 'Wrong name, e-mail or password.',
  not_enough_coins: (problem) =>
    problem.cost === null || problem.balance === null
      ? 'You do not have enough coins for this prediction. Nothing was charged.'
      : `This prediction costs ${coins(problem.cost)} and you have ${coins(problem.balance)}. Nothing was charged.`,
  too_many_open_predictions: (problem) =>
    `You have too many predictions that have not ended yet. Nothing was charged. Please try again ${retryTime(problem)}.`,
  idempotency_key_reused: () =>
    'This request was sent before with another file. Nothing was charged. Please choose the file again.',
  not_found: () => 'There is nothing at this address.',
  unknown_model: () => 'This model is no longer offered. Please choose another one.',
  model_disabled: () =>
    'This model is switched off at the moment. Nothing was charged. Please choose another one.',
  unknown_prediction: () => 'There is no such prediction in your account.',
  method_not_allowed: () => 'The service does not support this request. Please reload the page.',
  name_taken: () => 'This name is already taken. Please choose another one.',
  email_taken: () => 'There is already an account with this e-mail address.',
  not_finished: () => 'The prediction is not finished yet.',
  file_too_large: (problem) =>
    problem.limitBytes === null
      ? 'The file is too large. Please split it into smaller files.'
      : `The file is too large: at most ${format.number(Math.floor(problem.limitBytes / 100_000) / 10)} MB are accepted. Please split it into smaller files.`,
  unsupported_media_type: () =>
    'This kind of file is not accepted. Please send a CSV file or an Excel workbook (.xlsx).',
  not_a_csv: (problem) =>
    exportHint(problem.format) ??
    'This does not look like a CSV file or an Excel workbook (.xlsx). In Excel, choose “Save as” and the type “CSV UTF-8”.',
  broken_csv: () =>
    'The file cannot be read as a table. Please check that every quotation mark is closed, that every patient has a line of their own, and that there are at most 256 columns.',
  invalid_input: () => 'Please correct the fields with errors.',
  invalid_json: () => 'The request was damaged on its way. Please try again.',
  body_too_large: () => 'The request is too large. Please shorten the text that you entered.',
  invalid_form: () => 'The file arrived incomplete. Please send it again.',
  bad_request: () => 'The service could not read the request. Please try again.',
  file_missing: () => 'No file arrived. Please choose one.',
  file_empty: () => 'The file is empty. Please choose another one.',
  no_rows: () => 'The file has a header but no patients below it. Please choose another one.',
  too_many_rows: () =>
    'The file has more rows than one prediction allows. Please split it into smaller files.',
  encoding_unsupported: () =>
    'The text encoding of the file cannot be read. Please save it as “CSV UTF-8”.',
  column_missing: () =>
    'Some columns that the model needs were not found in the file. Please say below which ones they are, or add them.',
  column_duplicated: () =>
    'Several headings of the file mean the same column. Please say below which one to use.',
  mapping_invalid: () =>
    'The choices for the columns do not fit this file. Please check them, or choose the file again.',
  columns_unclear: () =>
    'It is not clear how some columns are to be read. Nothing was charged. Please choose the file again and answer the questions of the check.',
  separator_unsupported: () =>
    'The cells of this file are separated by blanks. Please save it with commas, semicolons or tabs between the cells.',
  workbook_too_large: () =>
    'The Excel workbook is too large to be read. Please save its sheet with the patients as “CSV UTF-8”.',
  workbook_broken: () =>
    'The Excel workbook cannot be read: it seems to be damaged, or its formulas have no results. Please open it in Excel and save it again.',
  workbook_encrypted: () =>
    'The Excel workbook has a password. Please save a copy without a password.',
  unknown_upload: () =>
    'The upload of the file is not complete, or it has expired. Please choose the file again.',
  upload_changed: () => 'The file was uploaded again in the meantime. Please submit it again.',
  unit_unknown: ({ findings: found }) =>
    found.some(({ hint_unit }) => hint_unit)
      ? 'The models need the prothrombin time in seconds. It cannot be computed from the INR or from percent. Please ask the laboratory for the time in seconds and add it to the file: no prediction is possible without it.'
      : 'The header names a unit that is not known for its column. Please choose the unit below, or correct the header.',
  invalid_rows: () => 'The file has errors. Please correct them.',
  attempts_exhausted: () =>
    'The prediction failed because of an error on our side. You can run it again.',
  dead_letter: () => 'The prediction failed because of an error on our side. You can run it again.',
  input_gone: () =>
    'The file was lost before the prediction could run, because of an error on our side. Please submit it again.',
  cancelled: () => 'You cancelled this prediction before it ran.',
  session_without_id: () =>
    'This session cannot be ended on its own. Please choose “Log out everywhere” in your account.',
  wrong_password: () => 'The password is wrong. Nothing was changed.',
  result_expired: () =>
    'The files of this result are no longer stored. Please submit the patients again.',
  input_expired: () => 'The patients’ file is no longer stored. Please submit it again.',
  files_deleted: () =>
    'The files of this prediction were deleted, and its name and note with them. It cannot get new ones.',
  not_ended: () => 'This prediction has not ended yet.',
  not_queued: () => 'This prediction has already ended. Nothing was cancelled or deleted.',
  prediction_running: () => 'This prediction is already running and cannot be cancelled.',
  already_cancelled: () => 'This prediction has already been cancelled.',
  unknown_voucher: () => 'We can’t find this voucher. Check the code.',
  voucher_used: () => 'This voucher has already been used.',
  voucher_expired: () => 'This voucher has expired.',
  invalid_idempotency_key: () => 'The request was damaged on its way. Please try again.',
  too_many_requests: (problem) => `Too many attempts. Please try again ${retryTime(problem)}.`,
  internal_error: () => 'Something went wrong on our side. Please try again.',
  temporarily_unavailable: (problem) =>
    `The service is busy or being restarted. Please try again ${retryTime(problem)}.`,
  network_down: () => 'The service cannot be reached. Please check your connection and try again.',
  bad_answer: () =>
    'The service sent a response that this page does not understand. Please reload the page.',
  file_unreadable: () =>
    'The file was changed, moved or renamed after you chose it. Please choose it again.',
  file_not_chosen: () => 'Please choose a file first.',
};

const findings: Record<FindingCode, (finding: Finding) => string> = {
  column_missing: (finding) =>
    finding.heading
      ? `This column is required. Is it the one with the heading “${finding.heading}”?`
      : 'This column is required. Please add it, or say which column it is.',
  column_duplicated: (finding) =>
    finding.texts?.length
      ? `Several headings mean this column: ${quoted(finding.texts)}. Please keep one of them.`
      : 'This column occurs more than once. Please keep one of them.',
  unit_unknown: (finding) =>
    finding.hint_unit
      ? `This column is needed in ${unitName(finding.units?.[0] ?? '')}, and ${unitName(finding.hint_unit)} cannot be converted to it.`
      : `This unit is not known for this column.${finding.units?.length ? ` Known units: ${finding.units.map(unitName).join(', ')}.` : ''}`,
  value_missing: () => 'A value is required here.',
  not_a_number: (finding) =>
    `This is not a number${finding.unit ? `; a number in ${unitName(finding.unit)} is expected` : ''}.${suggestion(finding)}`,
  below_minimum: (finding) =>
    `Too low: the minimum is ${withUnit(finding.minimum, finding.unit)}.${suggestion(finding)}`,
  above_maximum: (finding) =>
    `Too high: the maximum is ${withUnit(finding.maximum, finding.unit)}.${suggestion(finding)}`,
  unit_suspected: (finding) => {
    if (isAboutColumn(finding) && (finding.hint_unit === 'INR' || finding.hint_unit === '%'))
      return `${median(finding)} This looks like ${finding.hint_unit === 'INR' ? 'the INR' : 'prothrombin in percent (Quick)'}. The models need the prothrombin time in seconds, which cannot be computed from it. Please take the seconds from the laboratory report.`;
    if (isAboutColumn(finding) && finding.median != null)
      return `${median(finding)} ${finding.unit ? `In ${unitName(finding.unit)} that is hardly possible. ` : ''}This looks like ${finding.hint_unit ? unitName(finding.hint_unit) : 'another unit'}${converted(finding)}.`;
    return suspectedCell(finding);
  },
  unknown_category: (finding) =>
    `${finding.allowed?.length ? `One of these is expected: ${finding.allowed.join(', ')}.` : 'This value is not known.'}${suggestion(finding)}`,
  cell_count: () => 'This row does not have as many cells as the header has columns.',
  not_finite: () => 'Infinity and “not a number” cannot be used.',
  mapping_invalid: () => 'This choice does not fit the file. Please choose again.',
  missing_code_suspected: (finding) =>
    isAboutColumn(finding)
      ? `${finding.example ? `“${finding.example}”` : 'One number'} occurs ${finding.count == null ? 'here' : format.count(finding.count, { one: 'time', other: 'times' })}, far from the other values. Does it mean “not measured”?`
      : `${finding.example ? `“${finding.example}”` : 'This number'} often means “not measured”. If so, please leave the cell empty.`,
  values_unclear: (finding) =>
    `${finding.texts?.length ? `The file has ${quoted(finding.texts)} here.` : 'The values of this column are not known.'} Please choose below what each value means.`,
  decimal_unclear: (finding) =>
    finding.allowed?.length === 0
      ? `The file mixes decimal marks: ${quoted([finding.example, finding.other_example].flatMap((cell) => cell ?? []))}. Please write all its numbers with the same decimal mark, and choose the corrected file.`
      : `The decimal mark is unclear${example(finding)}${finding.other_example ? `: other cells are written like “${finding.other_example}”` : ''}. Please choose how to read it.`,
  limit_not_value: (finding) =>
    `This is a limit of detection${example(finding)}, not a measured value. Please enter a number, or leave the cell empty.`,
  date_not_number: () =>
    'This is a date, not a number. Excel turns numbers such as 3.5 into dates; please enter the number again, in a cell with the format “Number”.',
  unit_in_cell: (finding) =>
    `The cell names ${finding.hint_unit ? `the unit ${unitName(finding.hint_unit)}` : 'a unit'}, but the column is read in ${finding.unit ? unitName(finding.unit) : 'another one'}. Please convert the value.`,
  unit_odd: (finding) =>
    `${median(finding)}${unusual(finding)} ${finding.hint_unit ? `Is it ${unitName(finding.hint_unit)}?` : 'Please check the unit.'}`,
  heading_near: (finding) => `“${finding.heading ?? ''}” is not used. Does it mean this column?`,
  ids_depend_on_encoding: (finding) =>
    `The IDs contain letters that depend on the text encoding of the file${finding.texts?.length ? `. They were read as ${quoted(finding.texts)}` : ''}. Please check that they look right; if not, save the file as “CSV UTF-8”.`,
};

function suspectedCell(finding: Finding): string {
  return `This looks like a value in ${finding.hint_unit ? unitName(finding.hint_unit) : 'another unit'}; ${finding.unit ? unitName(finding.unit) : 'the unit of the column'} is expected.${suggestion(finding)}`;
}

function median(finding: Finding): string {
  return finding.median == null
    ? 'The values are unusual.'
    : `The median is ${withUnit(finding.median, finding.code === 'unit_odd' ? finding.unit : null)}.`;
}

function converted({ median: value, hint_unit, unit, suggestion: result }: Finding): string {
  if (value == null || typeof result !== 'number' || !hint_unit) return '';
  return `: ${withUnit(value, hint_unit)} is ${withUnit(result, unit)}`;
}

/** Why the median is unusual. */
function unusual({
  usual_minimum: low,
  usual_maximum: high,
  other_column,
  other_unit,
}: Finding): string {
  if (low != null) return ` Almost all patients have more than ${format.number(low)}.`;
  if (high != null) return ` 9 of 10 patients of the study had less than ${format.number(high)}.`;
  return other_column
    ? ` The column ${other_column} of this file is in ${unitName(other_unit ?? '')}.`
    : '';
}

const agreement = 'Please tick this box. Otherwise the account cannot be created.';
const fieldLimits: Record<FieldName, { short: string; long: string; missing: string }> = {
  name: {
    missing: 'Please fill in this field.',
    short: 'A name must have at least 2 characters.',
    long: 'A name can have at most 64 characters.',
  },
  email: {
    missing: 'Please enter an e-mail address.',
    short: 'This is too short for an e-mail address.',
    long: 'An e-mail address can have at most 254 characters.',
  },
  password: {
    missing: 'Please enter a password.',
    short: 'A password must have at least 8 characters.',
    long: 'The password is too long: at most 72 Latin or 36 Cyrillic letters.',
  },
  intended_use: {
    missing: agreement,
    short: agreement,
    long: agreement,
  },
  old_password: {
    missing: 'Please enter your current password.',
    short: 'The password is wrong. Nothing was changed.',
    long: 'The password is wrong. Nothing was changed.',
  },
  new_password: {
    missing: 'Please enter a new password.',
    short: 'A password must have at least 8 characters.',
    long: 'The password is too long: at most 72 Latin or 36 Cyrillic letters.',
  },
  code: {
    missing: 'Please enter a voucher code.',
    short: 'This is too short for a voucher code.',
    long: 'This is too long for a voucher code.',
  },
};

const fields: Record<FieldCode, (field: FieldName) => string> = {
  missing: (field) => fieldLimits[field].missing,
  too_short: (field) => fieldLimits[field].short,
  too_long: (field) => fieldLimits[field].long,
  not_an_email: () => 'This does not look like an e-mail address, such as anna@example.org.',
  too_common: () =>
    'This is one of the most common passwords, which attackers try first. Please choose another one.',
  name_with_at: () => 'A name cannot contain the @ sign.',
  control_characters: () => 'A name cannot contain invisible characters.',
};

export const problems = {
  problems: {
    sentences,
    findings,
    fields,
    unknown: 'The request was not accepted.',
    requestId: 'Request ID',
    tryAgain: 'Try again',
    findingsCaption: 'Errors in the file',
    findingsShown: (shown: number, total: number) =>
      `${format.whole(shown)} of ${format.count(total, { one: 'error', other: 'errors' })} shown.`,
    badRows: 'All rows with errors',
    findingsRow: 'Row',
    findingsRowHint: 'Rows are counted from the first patient; the header is not counted.',
    findingsColumn: 'Column and value',
    findingsExpected: 'How to fix it',
    findingsWholeFile: 'Whole file',
    nameOfColumn: (name: string) => `A heading that is always recognised: ${name}.`,
    emptyValue: 'empty',
  },
};
