import type { Prediction } from '../../api/types';
import { text } from '../../i18n';
import { rounded } from '../../lib/timeLeft';

interface Props {
  prediction: Prediction;
  secondsLeft: number | null;
  /** The service can't be asked at the moment. */
  isCutOff: boolean;
}

export function Progress({ prediction, secondsLeft, isCutOff }: Props) {
  const words = text.value.prediction;
  // Until a large file was checked to its end, its number of rows is an estimate.
  const isCounting = prediction.status === 'running' && prediction.rows_done > 0;
  return (
    <section class="card progress">
      <p role="status">{sentence(prediction, isCounting)}</p>
      <progress
        aria-label={words.progress}
        {...(isCounting && { max: prediction.rows, value: prediction.rows_done })}
      />
      {isCutOff && <p class="notice notice-warning">{words.cutOff}</p>}
      {/* Not a live region: a screen reader would not stop telling the time. */}
      {secondsLeft !== null && <p>{words.timeLeft(rounded(secondsLeft))}</p>}
      <p class="hint">{words.leaveNote}</p>
    </section>
  );
}

function sentence(prediction: Prediction, isCounting: boolean): string {
  const words = text.value.prediction;
  if (isCounting) {
    const { rows_done, rows, is_checked } = prediction;
    return is_checked ? words.running(rows_done, rows) : words.runningAbout(rows_done, rows);
  }
  if (prediction.status !== 'running') return words.waiting;
  return prediction.is_checked ? words.starting : words.checkingWhole;
}
