import { isExample } from '../../api/example';
import type { Prediction } from '../../api/types';
import { text } from '../../i18n';
import { modelTitle } from '../../state/catalogue';
import { ExampleNotice } from './ExampleNotice';
import { StatusBadge } from './StatusBadge';

/** Facts about a prediction: status, model, date, cost and duration. */
export function PredictionFacts({ prediction }: { prediction: Prediction }) {
  const words = text.value.prediction;
  const runMs = prediction.timings?.run_ms;
  if (isExample(prediction.prediction_id)) return <ExampleNotice prediction={prediction} />;
  return (
    <p class="prediction-facts">
      <StatusBadge status={prediction.status} />
      <span>
        {words.model}: {modelTitle(prediction.prediction_model_id)},{' '}
        {text.value.submission.version(prediction.model_version)}
      </span>
      <span>
        {words.date}: {text.value.format.dateTime(prediction.prediction_date)}
      </span>
      <span class="screen-only">
        {words.cost}: {words.charged(prediction.cost)}
      </span>
      {prediction.ignored_columns.length > 0 && (
        <span>
          {words.ignoredColumns}: {prediction.ignored_columns.join(', ')}
        </span>
      )}
      {runMs != null && (
        <span class="screen-only">
          {words.duration}: {words.seconds(runMs)}
        </span>
      )}
    </p>
  );
}
