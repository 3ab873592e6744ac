import { signal } from '@preact/signals';
import { isWorthRetrying, type Problem, problemOf } from '../api/problem';
import type { Prediction } from '../api/types';
import { isEnd, nextPoll, POLL_START, type PollEvent, type PollState } from '../lib/polling';
import { type Seen, secondsLeft } from '../lib/timeLeft';
import { api, refreshBalance } from './session';

/** Follows one prediction until it ends, the person leaves, or asking on makes no sense. */
export function createPredictionWatch(id: string) {
  const prediction = signal<Prediction | null>(null);
  const problem = signal<Problem | null>(null);
  const phase = signal<PollState['phase']>('waiting');
  /** Until all rows are done; null while nobody can tell. */
  const left = signal<number | null>(null);
  let firstSeen: Seen | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  // Of two chains of questions the newer one goes on.
  let chain = 0;
  // Only an end that was waited for can have changed the balance.
  let hasWaited = false;

  async function ask(state: PollState, mine = chain): Promise<void> {
    const event = await answerOf();
    if (isStopped || mine !== chain) return;
    const next = nextPoll(state, event);
    phase.value = next.phase;
    if (next.phase === 'waiting') {
      hasWaited = true;
      timer = setTimeout(() => void ask(next, mine), next.delayMs);
    } else if (next.phase === 'ended' && hasWaited) {
      void refreshBalance();
    }
  }

  async function answerOf(): Promise<PollEvent> {
    try {
      const answer = await api.prediction(id);
      // What was learned since the question is newer.
      if (!isStopped) prediction.value = answer;
      problem.value = null;
      measurePace(answer);
      return {
        kind: 'answer',
        status: answer.status,
        isFinished: answer.is_finished,
        rowsDone: answer.rows_done,
      };
    } catch (thrown) {
      problem.value = problemOf(thrown);
      return { kind: 'failure', mayPass: isWorthRetrying(problem.value) };
    }
  }

  function measurePace({ status, rows, rows_done }: Prediction): void {
    if (status !== 'running') return;
    const seen = { rowsDone: rows_done, atMs: performance.now() };
    // Another attempt begins anew.
    if (firstSeen === null || rows_done < firstSeen.rowsDone) firstSeen = seen;
    left.value = secondsLeft(firstSeen, seen, rows);
  }

  function start(): void {
    isStopped = false;
    phase.value = 'waiting';
    problem.value = null;
    askAnew();
  }

  function askAnew(): void {
    clearTimeout(timer);
    chain += 1;
    void ask(POLL_START);
  }

  /** The connection may be back, or the person: there is no need to wait any longer. */
  function wake(): void {
    if (isStopped || phase.value === 'ended') return;
    phase.value = 'waiting';
    askAnew();
  }

  /** What was learned otherwise: the person has just changed it. */
  function learn(answer: Prediction): void {
    prediction.value = answer;
    if (!isEnd(answer.status, answer.is_finished)) return;
    stop();
    problem.value = null;
    phase.value = 'ended';
  }

  function stop(): void {
    isStopped = true;
    clearTimeout(timer);
  }

  return { prediction, problem, phase, left, start, stop, wake, learn };
}
