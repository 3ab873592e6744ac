// Sentences for the codes of problems, findings and form fields: what happened, and what to do.

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

const sentences: Record<ProblemCode, (problem: Problem) => string> = {
  token_missing: () => 'Please log in to continue.',
  token_invalid: () => 'Your session is no longer valid. Please log in again.',
  token_expired: () => 'Your session has ended. Please log in again.',
  account_deleted: () => 'This account was deleted. Nothing was charged.',
  wrong_credentials: () => 'The name or the password is wrong.',
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
  unsupported_media_type: () => 'This kind of file is not accepted. Please send a CSV file.',
  not_a_csv: () =>
    'This does not look like a CSV file. In Excel, choose “Save as” and the type “CSV UTF-8”.',
  broken_csv: () =>
    'The file cannot be read as a table. Please check that every quotation mark is closed, that every patient has a line of their own, and that there are at most 256 columns.',
  invalid_input: () => 'Please correct the fields with mistakes.',
  invalid_json: () => 'The request was damaged on its way. Please try again.',
  body_too_large: () => 'The request is too large. Please shorten the text that you entered.',
  invalid_form: () => 'The file arrived incomplete. Please send it again.',
  bad_request: () => 'The service could not read the request. Please try again.',
  file_missing: () => 'No file arrived. Please choose a CSV file.',
  file_empty: () => 'The file is empty. Please choose another one.',
  no_rows: () => 'The file has a header but no patients below it. Please choose another one.',
  too_many_rows: () =>
    'The file has more rows than one prediction allows. Please split it into smaller files.',
  encoding_unsupported: () =>
    'The text encoding of the file cannot be read. Please save it as “CSV UTF-8”.',
  column_missing: () => 'Some columns that the model needs are not in the file. Please add them.',
  column_duplicated: () => 'A column occurs more than once in the file. Please keep one of them.',
  unknown_upload: () =>
    'The upload of the file is not complete, or it has expired. Please choose the file again.',
  upload_changed: () => 'The file was uploaded again in the meantime. Please submit it again.',
  unit_unknown: () =>
    'The header names a unit that is not known for its column. Please correct it.',
  invalid_rows: () => 'The file has mistakes. Please correct them.',
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
  not_ended: () => 'This prediction has not ended yet.',
  not_queued: () => 'This prediction has already ended. Nothing was cancelled or deleted.',
  prediction_running: () => 'This prediction is already running and cannot be cancelled.',
  already_cancelled: () => 'This prediction has already been cancelled.',
  unknown_voucher: () => 'There is no voucher with this code. Please check every character.',
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
  file_not_chosen: () => 'Please choose a CSV file first.',
};

const findings: Record<FindingCode, (finding: Finding) => string> = {
  column_missing: () => 'This column is required. Please add it.',
  column_duplicated: () => 'This column occurs more than once. Please keep one of them.',
  unit_unknown: (finding) =>
    `This unit is not known for this column.${finding.units?.length ? ` Known units: ${finding.units.map(unitName).join(', ')}.` : ''}`,
  value_missing: () => 'A value is required here.',
  not_a_number: (finding) =>
    `This is not a number${finding.unit ? `; a number in ${unitName(finding.unit)} is expected` : ''}.${suggestion(finding)}`,
  below_minimum: (finding) =>
    `Too low: the minimum is ${withUnit(finding.minimum, finding.unit)}.${suggestion(finding)}`,
  above_maximum: (finding) =>
    `Too high: the maximum is ${withUnit(finding.maximum, finding.unit)}.${suggestion(finding)}`,
  unit_suspected: (finding) =>
    `This looks like a value in ${finding.hint_unit ? unitName(finding.hint_unit) : 'another unit'}; ${finding.unit ? unitName(finding.unit) : 'the unit of the column'} is expected.${suggestion(finding)}`,
  unknown_category: (finding) =>
    `${finding.allowed?.length ? `One of these is expected: ${finding.allowed.join(', ')}.` : 'This value is not known.'}${suggestion(finding)}`,
  cell_count: () => 'This row does not have as many cells as the header has columns.',
  not_finite: () => 'Infinity and “not a number” cannot be used.',
};

const agreement = 'Please tick this box. Otherwise the account cannot be created.';
const fieldLimits: Record<FieldName, { short: string; long: string; missing: string }> = {
  name: {
    missing: 'Please enter a name.',
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
    findingsCaption: 'Mistakes in the file',
    findingsShown: (shown: number, total: number) =>
      `${format.whole(shown)} of ${format.count(total, { one: 'mistake', other: 'mistakes' })} shown.`,
    badRows: 'All rows with mistakes',
    findingsRow: 'Row',
    findingsRowHint: 'Rows are counted from the first patient; the header is not counted.',
    findingsColumn: 'Column and value',
    findingsExpected: 'How to correct it',
    findingsWholeFile: 'file',
    emptyValue: 'empty',
  },
};
