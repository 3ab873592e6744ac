import type { Duration } from '../i18n/format';

/** A count of rows done, and when it was seen. */
export interface Seen {
  rowsDone: number;
  atMs: number;
}

/** A pace measured over less says little. */
const MEASURED_MS_MIN = 1_000;

/** Seconds until all rows are done, at the pace between two looks; null while that can't be told. */
export function secondsLeft(first: Seen, latest: Seen, rows: number): number | null {
  const done = latest.rowsDone - first.rowsDone;
  const elapsedMs = latest.atMs - first.atMs;
  if (done <= 0 || elapsedMs < MEASURED_MS_MIN || latest.rowsDone > rows) return null;
  return ((rows - latest.rowsDone) * elapsedMs) / done / 1000;
}

/** Rounded up, as a person would say it: 4 seconds, 25 seconds, 3 minutes. */
export function rounded(seconds: number): Duration {
  if (seconds > 90) return { value: Math.ceil(seconds / 60), unit: 'minute' };
  const step = seconds > 10 ? 5 : 1;
  return { value: Math.max(1, Math.ceil(seconds / step) * step), unit: 'second' };
}
