import { text } from '../../i18n';
import { madeFrom } from '../../lib/patientSummary';
import type { ResultParameters } from '../../lib/resultParameters';

interface Props {
  /** Of one or more models. */
  parameters: readonly ResultParameters[];
}

/** Which patients the models were made from, and that they were mostly not treated as patients today. */
export function DataWarning({ parameters }: Props) {
  const words = text.value.patientPage;
  const origins = [...new Set(parameters.map(madeFrom))];
  return (
    <p class="notice notice-warning data-warning">
      <strong>{words.udca}</strong> {origins.map((origin) => words.madeFrom[origin]).join(' ')}{' '}
      {words.otherTrial}
    </p>
  );
}
