import { text } from '../i18n';
import { chooseSource, source } from '../state/patientForm';
import { FileSource } from './FileSource';
import { PatientForm } from './PatientForm';
import { SegmentedChoice } from './SegmentedChoice';

/** Patients come from a file, or one is typed in. */
export function PatientSource() {
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
      {source.value === 'file' ? <FileSource /> : <PatientForm />}
    </>
  );
}
