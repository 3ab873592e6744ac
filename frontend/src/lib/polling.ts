// The state machine that decides when to poll a prediction again, without clock and network.
//
//   waiting --response: ended or unknown status--> ended
//   waiting --response: queued or running--------> waiting (with a longer delay)
//   waiting --no change for ten minutes----------> stalled (the user can poll again)
//   waiting --12 failures in a row---------------> failed  (the user can poll again)
//   waiting --permanent failure------------------> failed  (the user can poll again)

const FIRST_DELAY_MS = 250;
const DELAY_GROWTH = 1.5;
const DELAY_MS_MAX = 5_000;
const UNCHANGED_MS_MAX = 10 * 60_000;
/** Half a minute to a minute, enough for a device to change its network. */
const FAILURES_MAX = 12;

const STATUSES_IN_PROGRESS = new Set(['queued', 'running']);

export interface PollState {
  phase: 'waiting' | 'ended' | 'stalled' | 'failed';
  delayMs: number;
  failuresInARow: number;
  unchangedMs: number;
  /** The last status and count of rows, to notice progress. */
  lastSeen: string;
}

export type PollEvent =
  | { kind: 'response'; status: string; isFinished: boolean; rowsDone: number }
  | { kind: 'failure'; isTransient: boolean };

export const POLL_START: PollState = {
  phase: 'waiting',
  delayMs: FIRST_DELAY_MS,
  failuresInARow: 0,
  unchangedMs: 0,
  lastSeen: '',
};

/**
 * Whether the prediction has ended. An unknown status counts as an end, so that polling always
 * stops.
 */
export function isEnd(status: string, isFinished: boolean): boolean {
  return isFinished || !STATUSES_IN_PROGRESS.has(status);
}

export function nextPoll(state: PollState, event: PollEvent): PollState {
  return event.kind === 'response'
    ? afterResponse(state, event)
    : afterFailure(state, event.isTransient);
}

function afterResponse(state: PollState, event: PollEvent & { kind: 'response' }): PollState {
  if (isEnd(event.status, event.isFinished)) return { ...state, phase: 'ended' };
  const lastSeen = `${event.status} ${event.rowsDone}`;
  const unchangedMs = lastSeen === state.lastSeen ? state.unchangedMs + state.delayMs : 0;
  const phase = unchangedMs >= UNCHANGED_MS_MAX ? 'stalled' : 'waiting';
  return { phase, delayMs: nextDelay(state.delayMs), failuresInARow: 0, unchangedMs, lastSeen };
}

function afterFailure(state: PollState, isTransient: boolean): PollState {
  const failuresInARow = state.failuresInARow + 1;
  const phase = isTransient && failuresInARow < FAILURES_MAX ? 'waiting' : 'failed';
  return { ...state, phase, failuresInARow, delayMs: nextDelay(state.delayMs) };
}

function nextDelay(delayMs: number): number {
  return Math.min(delayMs * DELAY_GROWTH, DELAY_MS_MAX);
}
