import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../../api/problem';
import type { DryRun } from '../../api/types';
import { text } from '../../i18n';
import { badRowCount, columnFindings, isFileProblem } from '../../lib/fileCheck';
import { NO_READING } from '../../lib/reading';
import { checkAgain, chosenFile, reading } from '../../state/draft';
import { fileCheck } from '../../state/fileCheck';
import { isLarge, uploadProgress } from '../../state/fileUpload';
import { ProblemNotice } from '../common/ProblemNotice';
import { CheckReport } from './CheckReport';
import { ColumnMapping } from './ColumnMapping';
import { OwnReading } from './ReadingReport';

/**
 * The check of the chosen file. Its outcome is a live region, so that screen readers announce it.
 */
export function FileCheck() {
  const check = fileCheck.value;
  const isChecking = check.state === 'checking';
  const progress = uploadProgress.value;
  const status = useRef<HTMLParagraphElement>(null);
  // The button of an answer is gone with the last check, and with it the focus.
  useEffect(() => {
    if (isChecking && document.activeElement === document.body)
      status.current?.focus({ preventScroll: true });
  }, [isChecking]);
  return (
    <>
      <p ref={status} role="status" class="check-outcome" tabIndex={-1}>
        {outcome()}
      </p>
      {progress !== null && <progress aria-label={text.value.check.sending} value={progress} />}
      {chosenFile.value && isLarge(chosenFile.value) && (
        <p class="hint">{text.value.check.largeHint}</p>
      )}
      {check.state === 'done' && <CheckReport report={check.report} />}
      {check.state === 'failed' && <CheckFailure problem={check.problem} />}
    </>
  );
}

function outcome(): string {
  const check = fileCheck.value;
  const words = text.value.check;
  if (uploadProgress.value !== null) return words.sending;
  if (check.state === 'checking') return words.checking;
  return check.state === 'done' ? reportSentence(check.report) : '';
}

function reportSentence(report: DryRun): string {
  const words = report.sampled ? text.value.check.sampled : text.value.check;
  if (columnFindings(report).length > 0) return text.value.check.columnsUnclear(report.rows);
  const bad = badRowCount(report);
  if (bad === 0) return words.good(report.rows);
  return report.rows_predictable === 0
    ? words.allBad(report.rows)
    : words.someBad(bad, report.rows);
}

function CheckFailure({ problem }: { problem: Problem }) {
  const words = text.value.check;
  if (isFileProblem(problem))
    return (
      <>
        <ProblemNotice problem={problem} />
        <OwnReading />
        {problem.preview && (
          <ColumnMapping
            preview={problem.preview}
            report={null}
            // Choices that do not fit the file have to be made again.
            reading={problem.code === 'mapping_invalid' ? NO_READING : reading.value}
            isNeeded
          />
        )}
      </>
    );
  return (
    <>
      <p>
        {words.notChecked} {words.notCheckedHint}
      </p>
      <ProblemNotice problem={problem} onRetry={checkAgain} />
    </>
  );
}
