// Polling of one prediction until it has ended.

import { signal } from '@preact/signals';
import { isWorthRetrying, type Problem, problemOf } from '../api/problem';
import type { Prediction } from '../api/types';
import { isEnd, nextPoll, POLL_START, type PollEvent, type PollState } from '../lib/polling';
import { estimateSecondsLeft, type ProgressSample } from '../lib/timeLeft';
import { api, refreshBalance } from './session';

/**
 * Create the watch of a prediction. It polls until the prediction ends, `stop` is called, or
 * polling fails.
 */
export function createPredictionWatch(id: string) {
  const prediction = signal<Prediction | null>(null);
  const problem = signal<Problem | null>(null);
  const phase = signal<PollState['phase']>('waiting');
  /** The estimated seconds until all rows are done, or null if unknown. */
  const secondsLeft = signal<number | null>(null);
  let firstSample: ProgressSample | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  // A restart of the polling makes the earlier run end.
  let latestRun = 0;
  // The balance can only have changed if the prediction ended while the page polled it.
  let hasWaited = false;

  async function poll(state: PollState, run = latestRun): Promise<void> {
    const event = await fetchPrediction();
    if (isStopped || run !== latestRun) return;
    const next = nextPoll(state, event);
    phase.value = next.phase;
    if (next.phase === 'waiting') {
      hasWaited = true;
      timer = setTimeout(() => void poll(next, run), next.delayMs);
    } else if (next.phase === 'ended' && hasWaited) {
      void refreshBalance();
    }
  }

  async function fetchPrediction(): Promise<PollEvent> {
    try {
      const current = await api.prediction(id);
      // `update` may have stopped the watch with newer data.
      if (!isStopped) prediction.value = current;
      problem.value = null;
      updateSecondsLeft(current);
      return {
        kind: 'response',
        status: current.status,
        isFinished: current.is_finished,
        rowsDone: current.rows_done,
      };
    } catch (thrown) {
      problem.value = problemOf(thrown);
      return { kind: 'failure', isTransient: isWorthRetrying(problem.value) };
    }
  }

  function updateSecondsLeft({ status, rows, rows_done }: Prediction): void {
    if (status !== 'running') return;
    const sample = { rowsDone: rows_done, atMs: performance.now() };
    // A new attempt starts from the first row.
    if (firstSample === null || rows_done < firstSample.rowsDone) firstSample = sample;
    secondsLeft.value = estimateSecondsLeft(firstSample, sample, rows);
  }

  function start(): void {
    isStopped = false;
    phase.value = 'waiting';
    problem.value = null;
    restartPolling();
  }

  function restartPolling(): void {
    clearTimeout(timer);
    latestRun += 1;
    void poll(POLL_START);
  }

  /** Poll now instead of at the next interval, for example when the connection is back. */
  function pollNow(): void {
    if (isStopped || phase.value === 'ended') return;
    phase.value = 'waiting';
    restartPolling();
  }

  /** Take over the prediction from another response, for example that of a cancellation. */
  function update(current: Prediction): void {
    prediction.value = current;
    if (!isEnd(current.status, current.is_finished)) return;
    stop();
    problem.value = null;
    phase.value = 'ended';
  }

  function stop(): void {
    isStopped = true;
    clearTimeout(timer);
  }

  return { prediction, problem, phase, secondsLeft, start, stop, pollNow, update };
}
