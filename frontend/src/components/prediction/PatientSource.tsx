import { text } from '../../i18n';
import { chooseSource, source } from '../../state/patientForm';
import { SegmentedChoice } from '../common/SegmentedChoice';
import { FileSource } from '../file/FileSource';
import { PatientForm } from '../patient/PatientForm';

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
