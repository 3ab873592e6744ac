import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { missingValueSentence } from '../../lib/missingValue';
import { type MissingValue, missingValuesOf } from '../../lib/patientRow';
import type { ResultParameters } from '../../lib/resultParameters';
import { columnByName, columnTitle } from '../../state/catalogue';
import { unitSystem } from '../../state/patientForm';

/**
 * The missing values of a patient, what was used instead, how measuring them could change the
 * estimate, and which to measure first.
 */
export function MissingValues({ row, parameters }: { row: Row; parameters: ResultParameters }) {
  const words = text.value.result;
  const missingValues = missingValuesOf(row);
  if (missingValues.length === 0) return null;
  const isOfVersion1 = row.imputed_values.length === 0;
  return (
    <>
      <h3>{words.imputedTitle}</h3>
      <p>{isOfVersion1 ? words.imputedLeadOfVersion1 : words.imputedLead}</p>
      {row.measure_first !== null && (
        <p>
          {words.measureFirst} <strong>{columnTitle(row.measure_first)}</strong>
        </p>
      )}
      <ul>
        {missingValues.map((missing) => (
          <li key={missing.column}>{lineOf(missing, parameters)}</li>
        ))}
      </ul>
      {missingValues.some(({ kind }) => kind === 'range') && (
        <p class="hint">{isOfVersion1 ? words.ifMeasuredHintOfVersion1 : words.ifMeasuredHint}</p>
      )}
    </>
  );
}

function lineOf(missing: MissingValue, { units }: ResultParameters): string {
  const settings = { fileUnit: units[missing.column], system: unitSystem.value };
  const column = columnByName(missing.column);
  const sentence = missingValueSentence(missing, column, settings, text.value);
  return [columnTitle(missing.column), sentence].filter(Boolean).join(': ');
}
