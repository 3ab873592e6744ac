import { useEffect, useRef, useState } from 'preact/hooks';
import type { Prediction, Row } from '../../api/types';
import { text } from '../../i18n';
import { patientSummary } from '../../lib/patientSummary';
import type { ResultParameters } from '../../lib/resultParameters';
import { columnTitle, modelTitle } from '../../state/catalogue';

interface Props {
  row: Row;
  prediction: Prediction;
  parameters: ResultParameters;
}

/** The buttons that copy the summary and print the report, and whether the copying worked. */
export function CopySummary({ row, prediction, parameters }: Props) {
  const words = text.value.patientPage;
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);
  const title = modelTitle(prediction.prediction_model_id);
  const summary = patientSummary(
    { row, prediction, parameters, modelTitle: title, columnTitle },
    text.value,
  );

  async function copy(): Promise<void> {
    // Screen readers announce the outcome of a second click only if it changes.
    setOutcome(null);
    try {
      await navigator.clipboard.writeText(summary);
      setOutcome('copied');
    } catch {
      setOutcome('failed');
    }
  }

  return (
    <div class="copy-summary">
      <div class="actions">
        <button type="button" class="button button-quiet" onClick={() => void copy()}>
          {words.copy}
        </button>
        <button type="button" class="button button-quiet" onClick={() => print()}>
          {text.value.result.print}
        </button>
      </div>
      <p role="status">
        {outcome === 'copied' && words.copied}
        {outcome === 'failed' && words.notCopied}
      </p>
      {outcome === 'failed' && <SummaryField summary={summary} />}
    </div>
  );
}

/** The summary to copy by hand. */
function SummaryField({ summary }: { summary: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <textarea
      ref={field}
      readOnly
      rows={10}
      aria-label={text.value.patientPage.summary.label}
      value={summary}
    />
  );
}
