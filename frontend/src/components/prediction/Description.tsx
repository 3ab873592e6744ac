import type { Prediction } from '../../api/types';
import { text } from '../../i18n';
import { fileLabel } from '../../lib/predictionName';

/** The user's note on a prediction, and the file if its name is not the prediction's. */
export function Description({ prediction }: { prediction: Prediction }) {
  const words = text.value.description;
  return (
    <>
      {prediction.name && (
        <p class="description">
          {prediction.file_name
            ? words.file(prediction.file_name)
            : fileLabel(prediction, text.value)}
        </p>
      )}
      {prediction.note && <p class="description">{prediction.note}</p>}
    </>
  );
}
