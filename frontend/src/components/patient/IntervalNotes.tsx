import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { intervalSentences } from '../../lib/interval';
import type { ResultParameters } from '../../lib/resultParameters';

/** What a patient's interval means, and a note on the estimate beside it. */
export function IntervalNotes({ row, parameters }: { row: Row; parameters: ResultParameters }) {
  const { meaning, note } = intervalSentences(row, parameters, text.value);
  return (
    <>
      <p>{meaning}</p>
      {note && <p class="hint">{note}</p>}
    </>
  );
}
