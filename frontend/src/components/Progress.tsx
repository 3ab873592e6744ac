import type { Prediction } from '../api/types';
import { text } from '../i18n';

export function Progress({ prediction }: { prediction: Prediction }) {
  const words = text.value.prediction;
  const isCounting = prediction.status === 'running' && prediction.rows > 0;
  return (
    <section class="card progress">
      <p role="status">
        {isCounting ? words.running(prediction.rows_done, prediction.rows) : words.waiting}
      </p>
      <progress
        aria-label={words.progress}
        {...(isCounting && { max: prediction.rows, value: prediction.rows_done })}
      />
      <p class="hint">{words.leaveNote}</p>
    </section>
  );
}
