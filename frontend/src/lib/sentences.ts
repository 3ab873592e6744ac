// Sentences in the user's language for codes of the API. For a code that the page does not know,
// the API's own message is shown.

import { FIELD_NAMES, type FieldCode, type FieldName, type FindingCode } from '../api/findingCodes';
import { type Problem, type ProblemCode, pageProblem } from '../api/problem';
import type { Finding, KnownStatus } from '../api/types';
import type { Dictionary } from '../i18n';

export function problemSentence(problem: Problem, dictionary: Dictionary): string {
  const { sentences, unknown } = dictionary.problems;
  const sentence = ownValue(sentences, problem.code as ProblemCode);
  return sentence?.(problem) ?? problem.detail ?? unknown;
}

export function findingSentence(finding: Finding, dictionary: Dictionary): string {
  const { findings, unknown } = dictionary.problems;
  const sentence = ownValue(findings, finding.code as FindingCode);
  return sentence?.(finding) ?? finding.message ?? unknown;
}

export function fieldSentence(finding: Finding, field: FieldName, dictionary: Dictionary): string {
  const sentence = ownValue(dictionary.problems.fields, finding.code as FieldCode);
  // A taken name or address has the code of a problem.
  const problem = pageProblem(finding.code as ProblemCode, { detail: finding.message ?? null });
  return sentence?.(field) ?? problemSentence(problem, dictionary);
}

/** Return the sentences of a form's problem by field, or null if it concerns none of `fields`. */
export function fieldErrors(
  problem: Problem,
  dictionary: Dictionary,
  fields: readonly FieldName[] = FIELD_NAMES,
): Partial<Record<FieldName, string>> | null {
  const errors: Partial<Record<FieldName, string>> = {};
  for (const finding of problem.findings) {
    const field = fields.find((name) => name === finding.column);
    if (field) errors[field] ??= fieldSentence(finding, field, dictionary);
  }
  if (Object.keys(errors).length > 0) return errors;
  const wrongField = ownValue(FIELDS_BY_CODE, problem.code)?.find((field) =>
    fields.includes(field),
  );
  return wrongField ? { [wrongField]: problemSentence(problem, dictionary) } : null;
}

/**
 * Return the meaning of a category's code: that of the column, else the general one, else the code.
 */
export function valueWords(column: string, code: string, dictionary: Dictionary): string {
  const { values } = dictionary.patient;
  return ownValue(values, `${column}.${code}`) ?? ownValue(values, code) ?? code;
}

/** Keep a figure such as "74 ± 3%", in Russian "74 ± 3 %", on one line. */
export function withoutBreaks(sentence: string): string {
  return sentence.replaceAll(' ± ', '\u00a0±\u00a0').replaceAll(' %', '\u00a0%');
}

export function statusName(status: string, dictionary: Dictionary): string {
  const { statuses, statusUnknown } = dictionary.history;
  return ownValue(statuses, status as KnownStatus) ?? statusUnknown(status);
}

/** The fields that a problem without findings can be about, by its code. */
const FIELDS_BY_CODE: Record<string, FieldName[]> = {
  name_taken: ['name'],
  email_taken: ['email'],
  wrong_password: ['old_password', 'password'],
  unknown_voucher: ['code'],
  voucher_used: ['code'],
  voucher_expired: ['code'],
};

/**
 * Return the value of an own key. Codes come from the network: "constructor" must not find a
 * method.
 */
function ownValue<Key extends string, Value>(
  record: Record<Key, Value>,
  key: Key,
): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
