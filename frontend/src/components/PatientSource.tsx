import type { ComponentChildren } from 'preact';
import { text } from '../i18n';
import { chooseSource, source } from '../state/patientForm';
import { PatientForm } from './PatientForm';
import { SegmentedChoice } from './SegmentedChoice';

/** Patients come from a file, which is given as children, or one is typed in. */
export function PatientSource({ children }: { children: ComponentChildren }) {
  const words = text.value.patient;
  return (
    <>
      <SegmentedChoice
        name="source"
        legend={words.source}
        options={words.sources}
        chosen={source.value}
        onChoose={chooseSource}
      />
      {source.value === 'file' ? children : <PatientForm />}
    </>
  );
}
