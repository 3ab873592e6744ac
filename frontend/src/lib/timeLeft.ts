// The estimated time until a running prediction is done.

import type { Duration } from '../i18n/format';

/** The number of rows done at a time. */
export interface ProgressSample {
  rowsDone: number;
  atMs: number;
}

/** A shorter measurement gives no reliable speed. */
const MEASURED_MS_MIN = 1_000;

/**
 * Return the seconds until all rows are done at the speed between two samples, or null if unknown.
 */
export function estimateSecondsLeft(
  first: ProgressSample,
  latest: ProgressSample,
  rows: number,
): number | null {
  const done = latest.rowsDone - first.rowsDone;
  const elapsedMs = latest.atMs - first.atMs;
  if (done <= 0 || elapsedMs < MEASURED_MS_MIN || latest.rowsDone > rows) return null;
  return ((rows - latest.rowsDone) * elapsedMs) / done / 1000;
}

/** Return the duration rounded up for display: 4 seconds, 25 seconds, 3 minutes. */
export function roundDuration(seconds: number): Duration {
  if (seconds > 90) return { value: Math.ceil(seconds / 60), unit: 'minute' };
  const step = seconds > 10 ? 5 : 1;
  return { value: Math.max(1, Math.ceil(seconds / step) * step), unit: 'second' };
}
