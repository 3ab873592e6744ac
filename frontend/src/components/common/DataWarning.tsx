import { text } from '../../i18n';
import { madeFrom } from '../../lib/patientSummary';
import type { ResultParameters } from '../../lib/resultParameters';

/** Which patients a model was made from, and that they were mostly not treated as patients today. */
export function DataWarning({ parameters }: { parameters: ResultParameters }) {
  const words = text.value.patientPage;
  return (
    <p class="notice notice-warning data-warning">
      <strong>{words.udca}</strong> {words.madeFrom[madeFrom(parameters)]}
    </p>
  );
}
