import { type Problem, pageProblem } from '../../api/problem';
import type { DryRun } from '../../api/types';
import { text } from '../../i18n';
import { badRowsOf, isAboutFile } from '../../lib/startBlock';
import { checkAgain, chosenFile } from '../../state/draft';
import { fileCheck } from '../../state/fileCheck';
import { isLarge, uploadedShare } from '../../state/source';
import { ProblemNotice } from '../common/ProblemNotice';
import { CheckReport } from './CheckReport';

/** What the free check found. The outcome is a live region, so that it is told when it comes. */
export function FileCheck() {
  const check = fileCheck.value;
  const share = uploadedShare.value;
  return (
    <>
      <p role="status" class="check-outcome">
        {outcome()}
      </p>
      {share !== null && <progress aria-label={text.value.check.sending} value={share} />}
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
  if (uploadedShare.value !== null) return words.sending;
  if (check.state === 'checking') return words.checking;
  return check.state === 'done' ? verdict(check.report) : '';
}

function verdict(report: DryRun): string {
  const words = report.sampled ? text.value.check.beginning : text.value.check;
  if (report.rows === 0) return text.value.problems.sentences.no_rows(pageProblem('no_rows'));
  const bad = badRowsOf(report);
  if (bad === 0) return words.good(report.rows);
  return report.rows_predictable === 0
    ? words.allBad(report.rows)
    : words.someBad(bad, report.rows);
}

function CheckFailure({ problem }: { problem: Problem }) {
  const words = text.value.check;
  if (isAboutFile(problem)) return <ProblemNotice problem={problem} />;
  return (
    <>
      <p>
        {words.notChecked} {words.notCheckedHint}
      </p>
      <ProblemNotice problem={problem} onRetry={checkAgain} />
    </>
  );
}
