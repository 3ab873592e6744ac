import { text } from '../../i18n';
import * as draft from '../../state/draft';
import { FileCheck } from './FileCheck';
import { FileDrop } from './FileDrop';
import { LeaveOut } from './LeaveOut';
import { Samples } from './Samples';
import { UnitsChoice } from './UnitsChoice';

/** Patients from a file: choosing it, how it is read, what the check finds. */
export function FileSource() {
  const words = text.value.submission;
  return (
    <>
      <FileDrop file={draft.chosenFile.value} onFile={draft.chooseFile} />
      {draft.chosenFile.value === null && (
        <div class="sample-offer">
          <p>{words.sampleHint}</p>
          <Samples />
        </div>
      )}
      <UnitsChoice units={draft.chosenUnits.value} onChoose={draft.chooseUnits} />
      <FileCheck />
      <LeaveOut />
    </>
  );
}
