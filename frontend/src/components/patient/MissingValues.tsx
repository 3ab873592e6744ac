import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { type MissingValue, missingValuesOf } from '../../lib/patientRow';
import { columnTitle } from './Contributions';

/**
 * The missing values of a patient, how measuring them could change the estimate, and which to
 * measure first.
 */
export function MissingValues({ row }: { row: Row }) {
  const words = text.value.result;
  const missingValues = missingValuesOf(row);
  if (missingValues.length === 0) return null;
  return (
    <>
      <h3>{words.imputedTitle}</h3>
      <p>{words.imputedLead}</p>
      {row.measure_first !== null && (
        <p>
          {words.measureFirst} <strong>{columnTitle(row.measure_first)}</strong>
        </p>
      )}
      <ul>
        {missingValues.map((missing) => (
          <li key={missing.column}>{missingValueSentence(missing)}</li>
        ))}
      </ul>
      {missingValues.some(({ kind }) => kind === 'range') && (
        <p class="hint">{words.ifMeasuredHint}</p>
      )}
    </>
  );
}

function missingValueSentence(missing: MissingValue): string {
  const words = text.value.result;
  const title = columnTitle(missing.column);
  switch (missing.kind) {
    case 'unknown':
      return title;
    case 'unused':
      return `${title}: ${words.ifMeasuredUnused}`;
    case 'unchanged':
      return `${title}: ${words.ifMeasuredUnchanged}`;
    case 'range':
      return `${title}: ${words.ifMeasured(missing.low, missing.high)}`;
  }
}
