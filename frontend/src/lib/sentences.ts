import { FIELD_NAMES, type FieldCode, type FieldName, type FindingCode } from '../api/findingCodes';
import type { Problem, ProblemCode } from '../api/problem';
import type { Finding, KnownStatus } from '../api/types';
import type { Dictionary } from '../i18n';

// Codes into sentences of the page's language. What the page has no sentence for falls back to
// the server's own words.

export function problemSentence(problem: Problem, dictionary: Dictionary): string {
  const { sentences, unknown } = dictionary.problems;
  const sentence = own(sentences, problem.code as ProblemCode);
  return sentence?.(problem) ?? problem.detail ?? unknown;
}

export function findingSentence(finding: Finding, dictionary: Dictionary): string {
  const { findings, unknown } = dictionary.problems;
  const sentence = own(findings, finding.code as FindingCode);
  return sentence?.(finding) ?? finding.message ?? unknown;
}

export function fieldSentence(finding: Finding, field: FieldName, dictionary: Dictionary): string {
  const { fields, unknown } = dictionary.problems;
  const sentence = own(fields, finding.code as FieldCode);
  return sentence?.(field) ?? finding.message ?? unknown;
}

/** The refusal of a form as sentences by field; null if it is about none of `fields`. */
export function fieldErrors(
  problem: Problem,
  dictionary: Dictionary,
  fields: readonly FieldName[] = FIELD_NAMES,
): Partial<Record<FieldName, string>> | null {
  const refused = own(REFUSED, problem.code)?.find((field) => fields.includes(field));
  if (refused) return { [refused]: problemSentence(problem, dictionary) };
  const errors: Partial<Record<FieldName, string>> = {};
  for (const finding of problem.findings) {
    const field = fields.find((name) => name === finding.column);
    if (field) errors[field] ??= fieldSentence(finding, field, dictionary);
  }
  return Object.keys(errors).length > 0 ? errors : null;
}

/** What a category's code means: the column's own words for it, or the common ones. */
export function valueWords(column: string, code: string, dictionary: Dictionary): string {
  const { values } = dictionary.patient;
  return own(values, `${column}.${code}`) ?? own(values, code) ?? code;
}

export function statusName(status: string, dictionary: Dictionary): string {
  const { statuses, statusUnknown } = dictionary.history;
  return own(statuses, status as KnownStatus) ?? statusUnknown(status);
}

/** Problems of a whole form that are about one of its fields. */
const REFUSED: Record<string, FieldName[]> = {
  name_taken: ['name'],
  email_taken: ['email'],
  wrong_password: ['old_password', 'password'],
  unknown_voucher: ['code'],
  voucher_used: ['code'],
  voucher_expired: ['code'],
};

/** Codes come from the network: "constructor" must not find what every object has. */
function own<Key extends string, Value>(record: Record<Key, Value>, key: Key): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
