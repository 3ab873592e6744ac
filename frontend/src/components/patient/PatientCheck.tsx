import { text } from '../../i18n';
import { isFileProblem } from '../../lib/fileCheck';
import type { Field } from '../../lib/patientForm';
import { findingSentence } from '../../lib/sentences';
import { checkAgain, chosenFile } from '../../state/draft';
import { fileCheck } from '../../state/fileCheck';
import {
  areAllFindingsVisible,
  fields,
  isEmpty,
  otherFindings,
  visibleFinding,
} from '../../state/patientForm';
import { ProblemNotice } from '../common/ProblemNotice';
import { findingText, labelOf } from './PatientField';

/**
 * What the form still needs, and the outcome of its check. Findings about a field are shown at the
 * field.
 */
export function PatientCheck() {
  return (
    <>
      {areAllFindingsVisible.value ? <WrongFields /> : <MissingFields />}
      <p role="status" class="check-outcome">
        {outcome()}
      </p>
      {otherFindings.value.length > 0 && (
        <ul class="notice notice-error">
          {otherFindings.value.map((finding, index) => (
            <li key={index}>{findingSentence(finding, text.value)}</li>
          ))}
        </ul>
      )}
      <CheckFailure />
    </>
  );
}

function MissingFields() {
  const missing = fields.value.filter(({ finding }) => finding?.code === 'value_missing');
  if (isEmpty.value || missing.length === 0) return null;
  return <p class="hint">{text.value.patient.missing(missing.map(labelOf))}</p>;
}

/** The fields that have to be corrected after a rejected start. Each entry leads to its field. */
function WrongFields() {
  const wrong = fields.value.filter((field) => visibleFinding(field) !== null);
  if (wrong.length === 0) return null;
  return (
    <nav class="notice notice-error" aria-labelledby="wrong-fields">
      <p id="wrong-fields">{text.value.values.summary.title(wrong.length)}</p>
      <ul>
        {wrong.map((field) => (
          <li key={field.column.name}>
            <button type="button" class="link-button" onClick={() => focusField(field)}>
              {labelOf(field)}
            </button>
            : {sentence(field)}
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The name of the field precedes the sentence, so a missing value needs no name of its own. */
function sentence(field: Field): string | null {
  const isMissing = visibleFinding(field)?.code === 'value_missing';
  return isMissing ? text.value.values.summary.missing : findingText(field);
}

function focusField({ column }: Field): void {
  document.querySelector<HTMLElement>(`.patient-form [name="${column.name}"]`)?.focus();
}

function CheckFailure() {
  const check = fileCheck.value;
  if (check.state !== 'failed') return null;
  if (isFileProblem(check.problem)) return <ProblemNotice problem={check.problem} />;
  return (
    <>
      <p>{text.value.patient.notChecked}</p>
      <ProblemNotice problem={check.problem} onRetry={checkAgain} />
    </>
  );
}

function outcome(): string {
  const words = text.value.patient;
  const check = fileCheck.value;
  if (chosenFile.value === null) return '';
  if (check.state === 'checking') return words.checking;
  if (check.state !== 'done') return '';
  return check.report.rows_predictable > 0 ? words.good : words.bad;
}
