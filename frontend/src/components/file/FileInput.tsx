import { text } from '../../i18n';
import { NO_READING } from '../../lib/reading';
import * as draft from '../../state/draft';
import { ColumnHelp } from './ColumnHelp';
import { FileCheck } from './FileCheck';
import { FileDrop } from './FileDrop';
import { Samples } from './Samples';
import { SkipBadRows } from './SkipBadRows';
import { UnitsChoice } from './UnitsChoice';

/** Choose a sample. Its units are known, whichever the user chose for other files. */
function chooseSample(file: File): void {
  draft.chooseFile(file, NO_READING, 'stated');
}

/** The input of patients from a file: the file, its units, and the result of its check. */
export function FileInput() {
  const words = text.value.submission;
  return (
    <>
      <FileDrop file={draft.chosenFile.value} onFile={draft.chooseFile} />
      {draft.chosenFile.value === null && (
        <div class="sample-offer">
          <p>{words.sampleHint}</p>
          <Samples onUse={chooseSample} />
        </div>
      )}
      <ColumnHelp />
      <UnitsChoice units={draft.chosenUnits.value} onChoose={draft.chooseUnits} />
      <FileCheck />
      <SkipBadRows />
    </>
  );
}
