import { expect, test } from 'vitest';
import { pageProblem } from '../src/api/problem';
import { startBlock } from '../src/lib/startBlock';
import { dryRun } from './fixtures';

const done = (good: number) =>
  ({ state: 'done', report: dryRun({ rows_predictable: good }) }) as const;
const failed = (status: number, code: Parameters<typeof pageProblem>[0]) =>
  ({ state: 'failed', problem: pageProblem(code, { status }) }) as const;

test('a fine file can be started, and one that nobody has looked at too', () => {
  expect(startBlock(done(3), false)).toBeNull();
  expect(startBlock({ state: 'none' }, false)).toBeNull();
  expect(startBlock({ state: 'checking' }, false)).toBeNull();
});

test('bad rows stand in the way until they are left out', () => {
  expect(startBlock(done(2), false)).toBe('choose_or_correct');
  expect(startBlock(done(2), true)).toBeNull();
});

test('where all rows are bad there is nothing to choose', () => {
  expect(startBlock(done(0), false)).toBe('correct');
  expect(startBlock(done(0), true)).toBe('correct');
});

test('a check that failed stands in the way only if it is the fault of the file', () => {
  expect(startBlock(failed(422, 'column_missing'), false)).toBe('correct');
  expect(startBlock(failed(0, 'file_too_large'), false)).toBe('correct');
  expect(startBlock(failed(0, 'file_unreadable'), false)).toBe('correct');
  expect(startBlock(failed(0, 'network_down'), false)).toBeNull();
  expect(startBlock(failed(503, 'temporarily_unavailable'), false)).toBeNull();
  expect(startBlock(failed(429, 'too_many_requests'), false)).toBeNull();
  expect(startBlock(failed(401, 'token_expired'), false)).toBeNull();
});
