import { describe, expect, test } from 'vitest';
import { isEnd, nextPoll, POLL_START, type PollEvent, type PollState } from '../src/lib/polling';

const running = (rowsDone: number): PollEvent => ({
  kind: 'answer',
  status: 'running',
  isFinished: false,
  rowsDone,
});
const failure: PollEvent = { kind: 'failure', mayPass: true };

function after(events: PollEvent[]): PollState {
  return events.reduce(nextPoll, POLL_START);
}

describe('an end', () => {
  test.each(['succeeded', 'rejected', 'failed', 'cancelled'])('%s is one', (status) => {
    const end: PollEvent = { kind: 'answer', status, isFinished: true, rowsDone: 0 };
    expect(after([running(1), end]).phase).toBe('ended');
  });

  test('a status that the page does not know is one', () => {
    expect(isEnd('archived', false)).toBe(true);
    expect(isEnd('queued', false)).toBe(false);
    expect(isEnd('queued', true)).toBe(true);
  });
});

test('asking becomes rarer, to a limit', () => {
  const delays: number[] = [];
  let state = POLL_START;
  for (let asked = 0; asked < 20; asked++) {
    state = nextPoll(state, running(asked));
    delays.push(state.delayMs);
  }
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
  expect(delays[0]).toBeGreaterThan(POLL_START.delayMs);
  expect(delays.at(-1)).toBe(5_000);
});

test('ten minutes without any progress end the asking, progress starts them anew', () => {
  const still = Array.from({ length: 130 }, () => running(7));
  expect(after(still).phase).toBe('stalled');
  expect(after([...still.slice(0, 100), running(8), ...still.slice(0, 30)]).phase).toBe('waiting');
});

test('failures in a row are borne for the time that a change of network takes, more are told', () => {
  const failures = (count: number) => Array.from({ length: count }, () => failure);
  expect(after(failures(11)).phase).toBe('waiting');
  expect(after(failures(12)).phase).toBe('failed');
  expect(after([...failures(11), running(1), failure]).phase).toBe('waiting');
});

test('a refusal is told at once', () => {
  expect(after([{ kind: 'failure', mayPass: false }]).phase).toBe('failed');
});
