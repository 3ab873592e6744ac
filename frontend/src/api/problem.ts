// Problems: why a request has no result, by the codes that the page has sentences for.

import type { Finding, Preview } from './types';

/**
 * Codes of the API's errors, then (from `network_down`) those of errors that the page finds itself.
 */
export const PROBLEM_CODES = [
  'token_missing',
  'token_invalid',
  'token_expired',
  'account_deleted',
  'wrong_credentials',
  'not_enough_coins',
  'too_many_open_predictions',
  'idempotency_key_reused',
  'not_found',
  'unknown_model',
  'model_disabled',
  'unknown_prediction',
  'method_not_allowed',
  'name_taken',
  'email_taken',
  'not_finished',
  'file_too_large',
  'unsupported_media_type',
  'not_a_csv',
  'broken_csv',
  'invalid_input',
  'invalid_json',
  'body_too_large',
  'invalid_form',
  'bad_request',
  'file_missing',
  'file_empty',
  'no_rows',
  'too_many_rows',
  'encoding_unsupported',
  'column_missing',
  'column_duplicated',
  'unit_unknown',
  'mapping_invalid',
  'columns_unclear',
  'separator_unsupported',
  'workbook_too_large',
  'workbook_broken',
  'workbook_encrypted',
  'unknown_upload',
  'upload_changed',
  'invalid_rows',
  'attempts_exhausted',
  'dead_letter',
  'input_gone',
  'cancelled',
  'session_without_id',
  'wrong_password',
  'result_expired',
  'input_expired',
  'files_deleted',
  'not_ended',
  'not_queued',
  'prediction_running',
  'already_cancelled',
  'unknown_voucher',
  'voucher_used',
  'voucher_expired',
  'invalid_idempotency_key',
  'too_many_requests',
  'internal_error',
  'temporarily_unavailable',
  'network_down',
  'bad_answer',
  'file_unreadable',
  'file_not_chosen',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

export interface Problem {
  status: number;
  code: string;
  detail: string | null;
  requestId: string | null;
  retryAfterSeconds: number | null;
  findings: Finding[];
  findingsTotal: number;
  /** All rows of the file with findings, such as "2, 4-17". */
  badRows: string | null;
  balance: number | null;
  cost: number | null;
  limitBytes: number | null;
  /** The format of a file that is not read, such as `parquet`. */
  format: string | null;
  /** The first rows of a file whose columns are unclear. */
  preview: Preview | null;
}

/** The error that a call of the API throws when it has no result. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** Return a problem that the page found itself, without a response of the API. */
export function pageProblem(code: ProblemCode, extra: Partial<Problem> = {}): Problem {
  return {
    status: 0,
    code,
    detail: null,
    requestId: null,
    retryAfterSeconds: null,
    findings: [],
    findingsTotal: 0,
    badRows: null,
    balance: null,
    cost: null,
    limitBytes: null,
    format: null,
    preview: null,
    ...extra,
  };
}

/** Return the problem of a thrown value. Errors other than `Failure` become `bad_answer`. */
export function problemOf(thrown: unknown): Problem {
  return thrown instanceof Failure ? thrown.problem : pageProblem('bad_answer');
}

const CODE_OF_STATUS: Record<number, ProblemCode> = {
  400: 'bad_request',
  401: 'token_invalid',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'file_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  500: 'internal_error',
  502: 'temporarily_unavailable',
  503: 'temporarily_unavailable',
  504: 'temporarily_unavailable',
};

/**
 * Return the problem of an error response. `body` may be anything: a proxy may have sent it, not
 * the API.
 */
export function problemFromResponse(status: number, headers: Headers, body: unknown): Problem {
  const fields = isRecord(body) ? body : {};
  const findings = Array.isArray(fields['errors']) ? (fields['errors'] as Finding[]) : [];
  return {
    status,
    code: text(fields['code']) ?? CODE_OF_STATUS[status] ?? 'bad_answer',
    detail: text(fields['detail']),
    requestId: text(fields['request_id']) ?? headers.get('x-request-id'),
    retryAfterSeconds: positive(headers.get('retry-after')),
    findings,
    findingsTotal: number(fields['errors_total']) ?? findings.length,
    badRows: text(fields['bad_rows']),
    balance: number(fields['balance']),
    cost: number(fields['cost']),
    limitBytes: number(fields['limit_bytes']),
    format: text(fields['format']),
    preview: isRecord(fields['preview']) ? (fields['preview'] as unknown as Preview) : null,
  };
}

/** Whether the same request may succeed later. */
export function isWorthRetrying(problem: Problem): boolean {
  return problem.code === 'network_down' || problem.status === 429 || problem.status >= 500;
}

/** Codes of requests and responses that were damaged, by a mistake of the page or on their way. */
const DAMAGE_CODES: readonly string[] = [
  'bad_answer',
  'bad_request',
  'invalid_form',
  'invalid_idempotency_key',
  'invalid_json',
  'method_not_allowed',
];

/** Whether the user did nothing wrong, so that the request id helps to find the cause. */
export function isUnexpected({ status, code }: Problem): boolean {
  const isKnown = PROBLEM_CODES.some((known) => known === code);
  return status >= 500 || !isKnown || DAMAGE_CODES.includes(code);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function positive(value: string | null): number | null {
  const parsed = Number(value);
  return value !== null && Number.isFinite(parsed) && parsed > 0 ? Math.ceil(parsed) : null;
}
