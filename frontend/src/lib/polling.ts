// When to ask again for the state of a prediction. Pure: the clock and the network are elsewhere.
//
//   waiting --answer: end or unknown status--> ended
//   waiting --answer: queued, running--------> waiting, later each time
//   waiting --nothing changed for too long---> stalled   (the person may ask again)
//   waiting --failures in a row, or a refusal-> failed   (the person may ask again)

const FIRST_DELAY_MS = 250;
const DELAY_GROWTH = 1.5;
const DELAY_MS_MAX = 5_000;
const UNCHANGED_MS_MAX = 10 * 60_000;
/** Some forty seconds: a connection that is changed is not an end. */
const FAILURES_MAX = 12;

const STATUSES_IN_PROGRESS = new Set(['queued', 'running']);

export interface PollState {
  phase: 'waiting' | 'ended' | 'stalled' | 'failed';
  delayMs: number;
  failuresInARow: number;
  unchangedMs: number;
  lastSeen: string;
}

export type PollEvent =
  | { kind: 'answer'; status: string; isFinished: boolean; rowsDone: number }
  | { kind: 'failure'; mayPass: boolean };

export const POLL_START: PollState = {
  phase: 'waiting',
  delayMs: FIRST_DELAY_MS,
  failuresInARow: 0,
  unchangedMs: 0,
  lastSeen: '',
};

/** A status that is not known to be in progress is an end: waiting for it might never stop. */
export function isEnd(status: string, isFinished: boolean): boolean {
  return isFinished || !STATUSES_IN_PROGRESS.has(status);
}

export function nextPoll(state: PollState, event: PollEvent): PollState {
  return event.kind === 'answer' ? afterAnswer(state, event) : afterFailure(state, event.mayPass);
}

function afterAnswer(state: PollState, event: PollEvent & { kind: 'answer' }): PollState {
  if (isEnd(event.status, event.isFinished)) return { ...state, phase: 'ended' };
  const lastSeen = `${event.status} ${event.rowsDone}`;
  const unchangedMs = lastSeen === state.lastSeen ? state.unchangedMs + state.delayMs : 0;
  const phase = unchangedMs >= UNCHANGED_MS_MAX ? 'stalled' : 'waiting';
  return { phase, delayMs: longer(state.delayMs), failuresInARow: 0, unchangedMs, lastSeen };
}

function afterFailure(state: PollState, mayPass: boolean): PollState {
  const failuresInARow = state.failuresInARow + 1;
  const phase = mayPass && failuresInARow < FAILURES_MAX ? 'waiting' : 'failed';
  return { ...state, phase, failuresInARow, delayMs: longer(state.delayMs) };
}

function longer(delayMs: number): number {
  return Math.min(delayMs * DELAY_GROWTH, DELAY_MS_MAX);
}
