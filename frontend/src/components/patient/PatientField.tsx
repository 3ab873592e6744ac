import { localised, text } from '../../i18n';
import { columnUse } from '../../lib/columnUse';
import type { Field } from '../../lib/patientForm';
import { findingSentence, valueWords } from '../../lib/sentences';
import { chosenModel, isSubmitting } from '../../state/draft';
import { enterText, leaveFieldSoon, visibleFinding } from '../../state/patientForm';

const ID_CHARACTERS_MAX = 100;

/** A field of the form for one patient: a text input, radio buttons or a list. */
export function PatientField({ field }: { field: Field }) {
  const { kind, required } = field.column;
  if (kind === 'category')
    return required ? <RadioField field={field} /> : <SelectField field={field} />;
  return <TypedField field={field} />;
}

function TypedField({ field }: { field: Field }) {
  const { name, kind, required } = field.column;
  return (
    <div class={fieldClass(field)}>
      <label for={idOf(field)}>
        {labelOf(field)}
        {field.unit !== null && (
          <span class="field-unit">, {text.value.patient.unit(field.unit)}</span>
        )}
      </label>
      <input
        id={idOf(field)}
        name={name}
        type="text"
        inputmode={kind === 'number' ? 'decimal' : 'text'}
        value={field.text}
        required={required}
        maxLength={ID_CHARACTERS_MAX}
        {...inputProps(field)}
        onInput={(event) => enterText(field, event.currentTarget.value)}
        onBlur={() => leaveFieldSoon(field)}
      />
      <Notes field={field} />
    </div>
  );
}

function SelectField({ field }: { field: Field }) {
  const { name, allowed } = field.column;
  return (
    <div class={fieldClass(field)}>
      <label for={idOf(field)}>{labelOf(field)}</label>
      <select
        id={idOf(field)}
        name={name}
        {...inputProps(field)}
        onChange={(event) => enterText(field, event.currentTarget.value)}
        onBlur={() => leaveFieldSoon(field)}
      >
        <option value="" selected={field.cell === ''}>
          {text.value.patient.notKnown}
        </option>
        {allowed?.map((code) => (
          <option key={code} value={code} selected={field.cell === code}>
            {valueWords(field.column.name, code, text.value)}
          </option>
        ))}
      </select>
      <Notes field={field} />
    </div>
  );
}

function RadioField({ field }: { field: Field }) {
  const { name, allowed } = field.column;
  return (
    <div
      class={`${fieldClass(field)} field-radios`}
      role="radiogroup"
      aria-labelledby={`${idOf(field)}-label`}
      aria-required="true"
      aria-invalid={visibleFinding(field) ? 'true' : undefined}
      aria-describedby={describedBy(field)}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null))
          leaveFieldSoon(field);
      }}
    >
      <p class="field-legend" id={`${idOf(field)}-label`}>
        {labelOf(field)}
      </p>
      {allowed?.map((code) => (
        <label key={code} class="choice">
          <input
            type="radio"
            name={name}
            value={code}
            checked={field.cell === code}
            disabled={isSubmitting.value}
            onChange={() => enterText(field, code)}
          />
          <span>{valueWords(field.column.name, code, text.value)}</span>
        </label>
      ))}
      <Notes field={field} />
    </div>
  );
}

function Notes({ field }: { field: Field }) {
  const words = text.value.patient;
  const hint = hintOf(field);
  const error = findingText(field);
  const use = useText(field);
  const { studyRange, unit } = field;
  return (
    <div class="field-notes">
      {use && (
        <p class="hint" id={`${idOf(field)}-use`}>
          {use}
        </p>
      )}
      {hint && (
        <p class="hint" id={`${idOf(field)}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${idOf(field)}-error`}>
          {error}
        </p>
      )}
      {!error && studyRange && (
        <p class="field-warning" id={`${idOf(field)}-unusual`}>
          {words.unusual(studyRange.low, studyRange.high, unit)}
        </p>
      )}
    </div>
  );
}

function inputProps(field: Field) {
  return {
    // Otherwise the browser would store the patient's values and suggest them later.
    autocomplete: 'off',
    'aria-invalid': visibleFinding(field) ? ('true' as const) : undefined,
    'aria-describedby': describedBy(field),
    disabled: isSubmitting.value,
  };
}

function describedBy(field: Field): string | undefined {
  const isWrong = visibleFinding(field) !== null;
  const notes = [
    useText(field) && 'use',
    hintOf(field) && 'hint',
    isWrong && 'error',
    !isWrong && field.studyRange && 'unusual',
  ].filter(Boolean);
  return notes.map((note) => `${idOf(field)}-${note}`).join(' ') || undefined;
}

/** A field that the chosen model does not use can still be filled in: another model may use it. */
function fieldClass({ column }: Field): string {
  return columnUse(column, chosenModel.value) === 'used' ? 'field' : 'field field-unused';
}

function useText({ column }: Field): string | null {
  const words = text.value.models;
  const use = columnUse(column, chosenModel.value);
  if (use === 'used') return null;
  return use === 'unused' ? words.notUsed : words.onlyFills;
}

function hintOf({ column, range, otherUnit }: Field): string {
  const words = text.value.patient;
  const accepted = range && words.range(range.low, range.high);
  const inOtherUnit = otherUnit && words.otherUnit(otherUnit.value, otherUnit.unit);
  return [inOtherUnit, accepted, words.hints[column.name]].filter(Boolean).join('. ');
}

export function findingText(field: Field): string | null {
  const finding = visibleFinding(field);
  if (finding === null) return null;
  const words = text.value.patient;
  if (finding.code === 'ambiguous_comma') return words.ambiguousComma(finding.value ?? '');
  if (finding.code === 'value_missing') {
    return words.enter(labelOf(field), field.column.kind === 'category');
  }
  return findingSentence(finding, text.value);
}

export function labelOf({ column }: Field): string {
  return text.value.patient.labels[column.name] ?? localised(column.title);
}

function idOf({ column }: Field): string {
  return `patient-${column.name}`;
}
