import { localised, text } from '../../i18n';
import type { Field } from '../../lib/patientForm';
import { findingSentence, valueWords } from '../../lib/sentences';
import { isSubmitting } from '../../state/draft';
import { leaveSoon, toldFault, type } from '../../state/patientForm';

const ID_CHARACTERS_MAX = 100;

export function PatientField({ field }: { field: Field }) {
  const { kind, required } = field.column;
  if (kind === 'category')
    return required ? <RadioField field={field} /> : <SelectField field={field} />;
  return <TypedField field={field} />;
}

function TypedField({ field }: { field: Field }) {
  const { name, kind, required } = field.column;
  return (
    <div class="field">
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
        onInput={(event) => type(field, event.currentTarget.value)}
        onBlur={() => leaveSoon(field)}
      />
      <Notes field={field} />
    </div>
  );
}

function SelectField({ field }: { field: Field }) {
  const { name, allowed } = field.column;
  return (
    <div class="field">
      <label for={idOf(field)}>{labelOf(field)}</label>
      <select
        id={idOf(field)}
        name={name}
        {...inputProps(field)}
        onChange={(event) => type(field, event.currentTarget.value)}
        onBlur={() => leaveSoon(field)}
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
      class="field field-radios"
      role="radiogroup"
      aria-labelledby={`${idOf(field)}-label`}
      aria-required="true"
      aria-invalid={toldFault(field) ? 'true' : undefined}
      aria-describedby={describedBy(field)}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) leaveSoon(field);
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
            onChange={() => type(field, code)}
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
  const fault = faultSentence(field);
  const { usual, unit } = field;
  return (
    <div class="field-notes">
      {hint && (
        <p class="hint" id={`${idOf(field)}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="field-error" id={`${idOf(field)}-error`}>
          {fault}
        </p>
      )}
      {!fault && usual && (
        <p class="field-warning" id={`${idOf(field)}-unusual`}>
          {words.unusual(usual.low, usual.high, unit)}
        </p>
      )}
    </div>
  );
}

function inputProps(field: Field) {
  return {
    // The browser would keep the patient's values, to offer them for the next one.
    autocomplete: 'off',
    'aria-invalid': toldFault(field) ? ('true' as const) : undefined,
    'aria-describedby': describedBy(field),
    disabled: isSubmitting.value,
  };
}

function describedBy(field: Field): string | undefined {
  const isWrong = toldFault(field) !== null;
  const notes = [
    hintOf(field) && 'hint',
    isWrong && 'error',
    !isWrong && field.usual && 'unusual',
  ].filter(Boolean);
  return notes.map((note) => `${idOf(field)}-${note}`).join(' ') || undefined;
}

function hintOf({ column, range }: Field): string {
  const words = text.value.patient;
  return [range && words.range(range.low, range.high), words.hints[column.name]]
    .filter(Boolean)
    .join('. ');
}

function faultSentence(field: Field): string | null {
  const fault = toldFault(field);
  if (fault === null) return null;
  return fault.code === 'ambiguous_comma'
    ? text.value.patient.ambiguousComma(fault.value ?? '')
    : findingSentence(fault, text.value);
}

export function labelOf({ column }: Field): string {
  return text.value.patient.labels[column.name] ?? localised(column.title);
}

function idOf({ column }: Field): string {
  return `patient-${column.name}`;
}
