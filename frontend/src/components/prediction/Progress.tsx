import type { Prediction } from '../../api/types';
import { text } from '../../i18n';
import { roundDuration } from '../../lib/timeLeft';

interface Props {
  prediction: Prediction;
  secondsLeft: number | null;
  /** Whether the last poll failed. */
  isOffline: boolean;
}

/** The progress of a prediction that is waiting or running. */
export function Progress({ prediction, secondsLeft, isOffline }: Props) {
  const words = text.value.prediction;
  const isCounting = prediction.status === 'running' && prediction.rows_done > 0;
  return (
    <section class="card progress">
      <p role="status">{sentence(prediction, isCounting)}</p>
      <progress
        aria-label={words.progress}
        {...(isCounting && { max: prediction.rows, value: prediction.rows_done })}
      />
      {isOffline && <p class="notice notice-warning">{words.offline}</p>}
      {/* Not a live region, because screen readers would announce every change. */}
      {secondsLeft !== null && <p>{words.timeLeft(roundDuration(secondsLeft))}</p>}
      <p class="hint">{words.leaveNote}</p>
    </section>
  );
}

function sentence(prediction: Prediction, isCounting: boolean): string {
  const words = text.value.prediction;
  if (isCounting) {
    const { rows_done, rows, is_checked } = prediction;
    // The number of rows is an estimate until the whole file has been checked.
    return is_checked ? words.running(rows_done, rows) : words.runningAbout(rows_done, rows);
  }
  if (prediction.status !== 'running') return words.waiting;
  return prediction.is_checked ? words.starting : words.checkingWhole;
}
