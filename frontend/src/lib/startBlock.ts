import type { Problem } from '../api/problem';
import type { DryRun } from '../api/types';

/** What is known of the chosen file, for the chosen model and units. */
export type FileCheck =
  | { state: 'none' }
  | { state: 'checking' }
  | { state: 'done'; report: DryRun }
  | { state: 'failed'; problem: Problem };

export type StartBlock = 'patients' | 'model' | 'choose_or_correct' | 'correct';

/** Why the file can't be started; null if it can, or if nobody knows: the submission finds out. */
export function startBlock(check: FileCheck, leavesBadOut: boolean): StartBlock | null {
  if (check.state === 'failed') return isAboutFile(check.problem) ? 'correct' : null;
  if (check.state !== 'done') return null;
  const { report } = check;
  if (report.rows_predictable === 0) return 'correct';
  return badRowsOf(report) > 0 && !leavesBadOut ? 'choose_or_correct' : null;
}

export function badRowsOf(report: DryRun): number {
  return report.rows - report.rows_predictable;
}

/** Whether a submission of the same file would be refused for the same reason. */
export function isAboutFile(problem: Problem): boolean {
  const isRefusal = problem.status === 413 || problem.status === 415 || problem.status === 422;
  return isRefusal || problem.code === 'file_too_large' || problem.code === 'file_unreadable';
}
