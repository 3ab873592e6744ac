import { text } from '../../i18n';
import { chooseInputMode, inputMode } from '../../state/patientForm';
import { SegmentedChoice } from '../common/SegmentedChoice';
import { FileInput } from '../file/FileInput';
import { PatientForm } from '../patient/PatientForm';

/** The input of patients: a file, or the form for one patient. */
export function PatientInput() {
  const words = text.value.patient;
  return (
    <>
      <SegmentedChoice
        name="input-mode"
        legend={words.inputMode}
        options={words.inputModes}
        chosen={inputMode.value}
        onChoose={chooseInputMode}
      />
      {inputMode.value === 'file' ? <FileInput /> : <PatientForm />}
    </>
  );
}
