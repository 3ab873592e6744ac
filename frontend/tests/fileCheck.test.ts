import { expect, test } from 'vitest';
import { pageProblem } from '../src/api/problem';
import { startBlocker } from '../src/lib/fileCheck';
import { dryRun, previewColumn } from './fixtures';

const done = (predictableRows: number) =>
  ({ state: 'done', report: dryRun({ rows_predictable: predictableRows }) }) as const;
const failed = (status: number, code: Parameters<typeof pageProblem>[0]) =>
  ({ state: 'failed', problem: pageProblem(code, { status }) }) as const;

test('a file without findings, or without a finished check, can be submitted', () => {
  expect(startBlocker(done(3), false)).toBeNull();
  expect(startBlocker({ state: 'none' }, false)).toBeNull();
  expect(startBlocker({ state: 'checking' }, false)).toBeNull();
});

test('bad rows prevent the start until they are skipped', () => {
  expect(startBlocker(done(2), false)).toBe('skip_or_correct');
  expect(startBlocker(done(2), true)).toBeNull();
});

test('a file with only bad rows must be corrected', () => {
  expect(startBlocker(done(0), false)).toBe('correct');
  expect(startBlocker(done(0), true)).toBe('correct');
});

test('findings about columns prevent the start, also if rows are skipped', () => {
  const errors = [
    { row: null, column: 'Bilirubin', value: null, code: 'unit_suspected', message: 'Which?' },
  ];
  const check = { state: 'done', report: dryRun({ errors, rows_predictable: 0 }) } as const;
  expect(startBlocker(check, false)).toBe('columns');
  expect(startBlocker(check, true)).toBe('columns');
});

test('only a corrected file helps if no decimal mark fits all numbers', () => {
  const mixed = {
    row: null,
    column: null,
    value: null,
    code: 'decimal_unclear',
    message: 'Mixed.',
  };
  const check = (allowed: string[]) =>
    ({
      state: 'done',
      report: dryRun({ errors: [{ ...mixed, allowed }], rows_predictable: 0 }),
    }) as const;
  expect(startBlocker(check([]), false)).toBe('correct');
  expect(startBlocker(check([',', '.']), false)).toBe('columns');
});

test('a file whose header was refused can be read if the user says how', () => {
  const preview = { columns: [previewColumn('bili', null)], rows: [] };
  const problem = pageProblem('column_missing', { status: 422, preview });
  expect(startBlocker({ state: 'failed', problem }, false)).toBe('columns');
});

test('a failed check prevents the start only if the file is its cause', () => {
  expect(startBlocker(failed(422, 'column_missing'), false)).toBe('correct');
  expect(startBlocker(failed(0, 'file_too_large'), false)).toBe('correct');
  expect(startBlocker(failed(0, 'file_unreadable'), false)).toBe('correct');
  expect(startBlocker(failed(0, 'network_down'), false)).toBeNull();
  expect(startBlocker(failed(503, 'temporarily_unavailable'), false)).toBeNull();
  expect(startBlocker(failed(429, 'too_many_requests'), false)).toBeNull();
  expect(startBlocker(failed(401, 'token_expired'), false)).toBeNull();
});
