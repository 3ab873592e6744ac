import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { estimateNote, intervalHint, intervalMeaning } from '../../lib/interval';
import type { ResultParameters } from '../../lib/resultParameters';

/** What a patient's interval means, and a note on the estimate beside it. */
export function IntervalNotes({ row, parameters }: { row: Row; parameters: ResultParameters }) {
  const { horizon, intervalQuantiles } = parameters;
  if (intervalQuantiles === null)
    return <p>{intervalHint(parameters, text.value, row.upper_open)}</p>;
  const note = estimateNote(row, { horizon, intervalQuantiles }, text.value);
  return (
    <>
      <p>{intervalMeaning(row, { horizon, intervalQuantiles }, text.value)}</p>
      {note && <p class="hint">{note}</p>}
    </>
  );
}
