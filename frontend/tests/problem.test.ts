import { expect, test } from 'vitest';
import {
  isUnexpected,
  isWorthRetrying,
  pageProblem,
  problemFromResponse,
} from '../src/api/problem';

test('a problem document is read with its extra fields', () => {
  const problem = problemFromResponse(402, new Headers(), {
    code: 'not_enough_coins',
    detail: 'Too few.',
    request_id: 'r1',
    balance: 50,
    cost: 100,
  });
  expect(problem).toMatchObject({
    status: 402,
    code: 'not_enough_coins',
    requestId: 'r1',
    balance: 50,
    cost: 100,
    findings: [],
  });
});

test('findings are counted if the API does not send their total', () => {
  const errors = [{ row: 1, column: 'Age', value: 'x', code: 'not_a_number' }];
  expect(problemFromResponse(422, new Headers(), { errors }).findingsTotal).toBe(1);
  expect(problemFromResponse(422, new Headers(), { errors, errors_total: 900 }).findingsTotal).toBe(
    900,
  );
});

test.each([
  [413, 'file_too_large'],
  [429, 'too_many_requests'],
  [502, 'temporarily_unavailable'],
  [418, 'bad_answer'],
])('a response with the status %d that is not from the API has a code', (status, code) => {
  const headers = new Headers({ 'x-request-id': 'gateway', 'retry-after': '2' });
  const problem = problemFromResponse(status, headers, null);
  expect(problem).toMatchObject({ code, requestId: 'gateway', retryAfterSeconds: 2 });
});

test('only transient problems are worth retrying', () => {
  expect(isWorthRetrying(pageProblem('network_down'))).toBe(true);
  expect(isWorthRetrying(pageProblem('temporarily_unavailable', { status: 503 }))).toBe(true);
  expect(isWorthRetrying(pageProblem('too_many_requests', { status: 429 }))).toBe(true);
  expect(isWorthRetrying(pageProblem('invalid_rows', { status: 422 }))).toBe(false);
});

test.each([
  ['wrong_password', 403, false],
  ['invalid_rows', 422, false],
  ['too_many_requests', 429, false],
  ['network_down', 0, false],
  ['bad_answer', 418, true],
  ['invalid_json', 422, true],
  ['internal_error', 500, true],
  ['temporarily_unavailable', 503, true],
  ['from_the_future', 400, true],
])('the request id is shown for %s (%d): %s', (code, status, isShown) => {
  expect(isUnexpected({ ...pageProblem('bad_answer'), code, status })).toBe(isShown);
});
