import { describe, expect, test } from 'vitest';
import { isEnd, nextPoll, POLL_START, type PollEvent, type PollState } from '../src/lib/polling';

const running = (rowsDone: number): PollEvent => ({
  kind: 'response',
  status: 'running',
  isFinished: false,
  rowsDone,
});
const failure: PollEvent = { kind: 'failure', isTransient: true };

function after(events: PollEvent[]): PollState {
  return events.reduce(nextPoll, POLL_START);
}

describe('polling ends', () => {
  test.each(['succeeded', 'rejected', 'failed', 'cancelled'])('when the status is %s', (status) => {
    const end: PollEvent = { kind: 'response', status, isFinished: true, rowsDone: 0 };
    expect(after([running(1), end]).phase).toBe('ended');
  });

  test('when the status is unknown', () => {
    expect(isEnd('archived', false)).toBe(true);
    expect(isEnd('queued', false)).toBe(false);
    expect(isEnd('queued', true)).toBe(true);
  });
});

test('the delay grows up to a limit', () => {
  const delays: number[] = [];
  let state = POLL_START;
  for (let polls = 0; polls < 20; polls++) {
    state = nextPoll(state, running(polls));
    delays.push(state.delayMs);
  }
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
  expect(delays[0]).toBeGreaterThan(POLL_START.delayMs);
  expect(delays.at(-1)).toBe(5_000);
});

test('polling stalls after ten minutes without progress', () => {
  const unchanged = Array.from({ length: 130 }, () => running(7));
  expect(after(unchanged).phase).toBe('stalled');
  const withProgress = [...unchanged.slice(0, 100), running(8), ...unchanged.slice(0, 30)];
  expect(after(withProgress).phase).toBe('waiting');
});

test('polling fails after twelve failures in a row', () => {
  const failures = (count: number) => Array.from({ length: count }, () => failure);
  expect(after(failures(11)).phase).toBe('waiting');
  expect(after(failures(12)).phase).toBe('failed');
  expect(after([...failures(11), running(1), failure]).phase).toBe('waiting');
});

test('polling fails at the first permanent failure', () => {
  expect(after([{ kind: 'failure', isTransient: false }]).phase).toBe('failed');
});
