import { useRef } from 'preact/hooks';
import { text } from '../../i18n';
import type { Field } from '../../lib/patientForm';
import { areNumbersKept, convertedFields, keepNumbers } from '../../state/patientForm';
import { labelOf } from './PatientField';

/**
 * Which numbers a change of units has converted, and the offer to keep them as typed. It is a live
 * region, so that screen readers announce it.
 */
export function ConvertedNumbers() {
  const words = text.value.values.conversion;
  const status = useRef<HTMLParagraphElement>(null);
  const converted = convertedFields.value;
  const keep = () => {
    keepNumbers();
    // The button is gone, and with it the focus.
    status.current?.focus();
  };
  return (
    <div class="converted-numbers">
      <p ref={status} role="status" tabIndex={-1}>
        {converted.length > 0 && words.converted(converted.map(changeOf))}
        {areNumbersKept.value && words.kept}
      </p>
      {converted.length > 0 && (
        <button type="button" class="link-button" onClick={keep}>
          {words.keep}
        </button>
      )}
    </div>
  );
}

function changeOf(field: Field): string {
  const { unit } = text.value.patient;
  const withUnit = (number: string, name: string | null) =>
    `${number}\u00a0${name === null ? '' : unit(name)}`;
  const { typed } = field;
  return text.value.values.conversion.change(
    labelOf(field),
    withUnit(typed?.text ?? '', typed?.unit ?? null),
    withUnit(field.text, field.unit),
  );
}
