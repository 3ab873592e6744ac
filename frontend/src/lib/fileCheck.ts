// The state of a file's check, and whether the user can start a prediction with it.

import type { Problem } from '../api/problem';
import type { DryRun, Finding } from '../api/types';

/** The check of the chosen file for the chosen model and units. */
export type FileCheck =
  | { state: 'none' }
  | { state: 'checking' }
  | { state: 'done'; report: DryRun }
  | { state: 'failed'; problem: Problem };

/**
 * What the user has to do before the start: choose patients or a model, say how the columns are to be
 * read, skip bad rows, correct the file, get coins.
 */
export type StartBlocker =
  | 'patients'
  | 'model'
  | 'columns'
  | 'skip_or_correct'
  | 'correct'
  | 'coins';

/**
 * Return what prevents the start. Null if nothing does, or if the check has no result: then the
 * user may try.
 */
export function startBlocker(check: FileCheck, skipsBadRows: boolean): StartBlocker | null {
  if (check.state === 'failed') {
    if (!isFileProblem(check.problem)) return null;
    return check.problem.preview === null ? 'correct' : 'columns';
  }
  if (check.state !== 'done') return null;
  const { report } = check;
  const unclear = columnFindings(report);
  if (unclear.some(({ allowed, code }) => code === 'decimal_unclear' && allowed?.length === 0))
    return 'correct';
  if (unclear.length > 0) return 'columns';
  if (report.rows_predictable === 0) return 'correct';
  return badRowCount(report) > 0 && !skipsBadRows ? 'skip_or_correct' : null;
}

/** Return the findings about whole columns. While there are any, no row can be predicted. */
export function columnFindings({ errors }: DryRun): Finding[] {
  return errors.filter(({ row }) => row === null);
}

export function badRowCount(report: DryRun): number {
  return report.rows - report.rows_predictable;
}

/** Whether the file causes the problem, so that its submission would be rejected too. */
export function isFileProblem(problem: Problem): boolean {
  const isRejected = problem.status === 413 || problem.status === 415 || problem.status === 422;
  return isRejected || problem.code === 'file_too_large' || problem.code === 'file_unreadable';
}
