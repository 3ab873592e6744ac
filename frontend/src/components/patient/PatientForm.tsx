import { useEffect, useRef } from 'preact/hooks';
import { text } from '../../i18n';
import { saveFile } from '../../lib/download';
import { addresses } from '../../lib/routes';
import { models } from '../../state/catalogue';
import { createChunk } from '../../state/chunk';
import { chosenFile } from '../../state/draft';
import {
  changedPatient,
  chooseSystem,
  clear,
  fields,
  isEmpty,
  rejectedStarts,
  unitSystem,
} from '../../state/patientForm';
import { SegmentedChoice } from '../common/SegmentedChoice';
import { ConvertedNumbers } from './ConvertedNumbers';
import { LiveScoreNotLoaded } from './LiveScoreNotLoaded';
import { PatientCheck } from './PatientCheck';
import { PatientField } from './PatientField';

/** Only the form needs the published score. */
const liveScoreChunk = createChunk(() => import('./LiveScore'));

/** The form for one patient. */
export function PatientForm() {
  const words = text.value.patient;
  const form = useFocusFirstInvalidField();
  const file = chosenFile.value;
  if (models.value === null) return <p class="hint">{words.noFields}</p>;
  return (
    <div ref={form} class="patient-form">
      <SegmentedChoice
        name="unit-system"
        legend={words.units}
        isLegendShown
        options={words.systems}
        chosen={unitSystem.value}
        onChoose={chooseSystem}
      />
      <ConvertedNumbers />
      <ChangedPatient />
      <div class="required-and-score">
        <div>
          <h3>{words.required}</h3>
          <Fields of="required" />
        </div>
        <LiveScoreOnDemand />
      </div>
      <h3>{words.optional}</h3>
      <p class="hint">{words.optionalHint}</p>
      <Fields of="optional" />
      <Fields of="id" />
      <PatientCheck />
      <p class="actions">
        {file && (
          <button type="button" class="link-button" onClick={() => saveFile(file)}>
            {words.save}
          </button>
        )}
        {!isEmpty.value && (
          <button type="button" class="link-button" onClick={clear}>
            {words.clear}
          </button>
        )}
      </p>
    </div>
  );
}

/** Which result the form was filled in from. */
function ChangedPatient() {
  const words = text.value.values.compared;
  const place = changedPatient.value;
  if (place === null) return null;
  return (
    <p>
      {words.changing} <a href={addresses.patient(place.id, place.row)}>{words.earlierResult}</a>.{' '}
      {words.changingHint}
    </p>
  );
}

function LiveScoreOnDemand() {
  const { module, hasFailed, load } = liveScoreChunk;
  useEffect(() => void load(), []);
  if (module.value) return <module.value.LiveScore />;
  return hasFailed.value && <LiveScoreNotLoaded onRetry={() => void load()} />;
}

type Part = 'required' | 'optional' | 'id';

function Fields({ of }: { of: Part }) {
  return (
    <div class={`patient-fields patient-${of}`}>
      {fields.value
        .filter(({ column }) => partOf(column) === of)
        .map((field) => (
          <PatientField key={field.column.name} field={field} />
        ))}
    </div>
  );
}

function partOf({ kind, required }: { kind: string; required: boolean }): Part {
  if (kind === 'id') return 'id';
  return required ? 'required' : 'optional';
}

/** Focus the first wrong field after a start was rejected. */
function useFocusFirstInvalidField() {
  const form = useRef<HTMLDivElement>(null);
  const handledCount = useRef(rejectedStarts.value);
  const count = rejectedStarts.value;
  useEffect(() => {
    if (count === handledCount.current) return;
    handledCount.current = count;
    const invalidField = '[aria-invalid]:is(input, select), [aria-invalid] input';
    form.current?.querySelector<HTMLElement>(invalidField)?.focus();
  });
  return form;
}
