// The state of a file's check, and whether the user can start a prediction with it.

import type { Problem } from '../api/problem';
import type { DryRun } from '../api/types';

/** The check of the chosen file for the chosen model and units. */
export type FileCheck =
  | { state: 'none' }
  | { state: 'checking' }
  | { state: 'done'; report: DryRun }
  | { state: 'failed'; problem: Problem };

/**
 * What the user has to do before the start: choose patients or a model, skip bad rows, correct the
 * file.
 */
export type StartBlocker = 'patients' | 'model' | 'skip_or_correct' | 'correct';

/**
 * Return what prevents the start. Null if nothing does, or if the check has no result: then the
 * user may try.
 */
export function startBlocker(check: FileCheck, skipsBadRows: boolean): StartBlocker | null {
  if (check.state === 'failed') return isFileProblem(check.problem) ? 'correct' : null;
  if (check.state !== 'done') return null;
  const { report } = check;
  if (report.rows_predictable === 0) return 'correct';
  return badRowCount(report) > 0 && !skipsBadRows ? 'skip_or_correct' : null;
}

export function badRowCount(report: DryRun): number {
  return report.rows - report.rows_predictable;
}

/** Whether the file causes the problem, so that its submission would be rejected too. */
export function isFileProblem(problem: Problem): boolean {
  const isRejected = problem.status === 413 || problem.status === 415 || problem.status === 422;
  return isRejected || problem.code === 'file_too_large' || problem.code === 'file_unreadable';
}
