import { useCallback, useRef, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../../api/problem';

/** Run actions of the user one at a time, and keep the problem of the last one. */
export function useAction() {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isRunning = useRef(false);

  const run = useCallback(async (action: () => Promise<void>): Promise<void> => {
    if (isRunning.current) return;
    isRunning.current = true;
    setIsBusy(true);
    setProblem(null);
    try {
      await action();
    } catch (thrown) {
      setProblem(problemOf(thrown));
    } finally {
      isRunning.current = false;
      setIsBusy(false);
    }
  }, []);

  return { isBusy, problem, run };
}
