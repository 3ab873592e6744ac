import type { DryRun, Finding } from '../../api/types';
import { text } from '../../i18n';
import { findingSentence } from '../../lib/sentences';
import { columnTitle } from '../../state/catalogue';
import {
  forgetRecalledHeadings,
  isAnswered,
  reading,
  recalledHeadings,
  setReading,
  undoAnswers,
} from '../../state/draft';
import { rememberHeadings } from '../../state/knownHeadings';
import { AssumptionList } from './AssumptionList';
import { UnitAnswers } from './ColumnQuestions';

/** What is odd about the file. It does not prevent the prediction. */
export function Warnings({ report }: { report: DryRun }) {
  if (report.warnings.length === 0) return null;
  return (
    <div class="notice notice-warning questions">
      <p>
        <strong>{text.value.check.warnings}</strong>
      </p>
      <ul>
        {report.warnings.map((warning, index) => (
          <li key={index}>
            {warning.column && <strong>{columnTitle(warning.column)}. </strong>}
            {findingSentence(withTitles(warning), text.value)}
            {warning.code === 'unit_odd' && <UnitAnswers finding={warning} report={report} />}
            {warning.code === 'heading_near' && <HeadingAnswer warning={warning} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Return the finding with the title of the other column that it names. */
function withTitles(finding: Finding): Finding {
  const { other_column: other } = finding;
  return other ? { ...finding, other_column: columnTitle(other) } : finding;
}

/** The button that reads a column by its unusual heading. */
function HeadingAnswer({ warning: { heading, column } }: { warning: Finding }) {
  if (!heading || !column) return null;
  const read = () => {
    rememberHeadings({ [heading]: { column, unit: null } });
    setReading({ columns: { ...reading.value.columns, [heading]: column } });
  };
  return (
    <p class="actions">
      <button type="button" class="button button-quiet" onClick={read}>
        {text.value.reading.readAs(heading, columnTitle(column))}
      </button>
    </p>
  );
}

/** That the file was read with remembered choices or with answers of the user, and how to undo them. */
export function OwnReading() {
  const words = text.value.reading;
  const headings = Object.entries(recalledHeadings.value ?? {});
  const choices = headings.map(([header, { column, unit }]) =>
    [`${words.quote(header)} = ${columnTitle(column)}`, unit && text.value.unit(unit)]
      .filter(Boolean)
      .join(', '),
  );
  const asLastTime = words.asLastTime(choices.join('; '));
  return (
    <>
      {choices.length > 0 && (
        <Undo sentence={asLastTime} label={words.forget} onUndo={forgetRecalledHeadings} />
      )}
      {isAnswered.value && (
        <Undo sentence={words.asAnswered} label={words.askAgain} onUndo={undoAnswers} />
      )}
    </>
  );
}

interface UndoProps {
  sentence: string;
  label: string;
  onUndo: () => void;
}

function Undo({ sentence, label, onUndo }: UndoProps) {
  return (
    <p>
      {sentence}{' '}
      <button type="button" class="link-button" onClick={onUndo}>
        {label}
      </button>
    </p>
  );
}

/** How the file was read where it could have been written more plainly. */
export function Assumptions({ report }: { report: DryRun }) {
  const isAsked = (column: string | null) =>
    report.errors.some((finding) => finding.code === 'values_unclear' && finding.column === column);
  const settled = report.assumptions.filter(({ column }) => column === null || !isAsked(column));
  if (settled.length === 0) return null;
  return (
    <div>
      <dt>{text.value.reading.assumptionsTitle}</dt>
      <dd>
        <AssumptionList assumptions={settled} />
      </dd>
    </div>
  );
}

/** The values that the result will flag: outside the training range, or not measured. */
export function FlaggedValues({ report }: { report: DryRun }) {
  const { check: words, patient } = text.value;
  const imputed = report.imputed.filter(({ column }) => !report.columns_absent.includes(column));
  const range = (column: string, low: number, high: number) =>
    [patient.range(low, high), unitAfter(report.units[column])].filter(Boolean).join('\u00a0');
  return (
    <>
      {report.out_of_range.length > 0 && (
        <div>
          <dt>{words.outOfRange}</dt>
          {report.out_of_range.map(({ column, count, rows, minimum, maximum }) => (
            <dd key={column}>
              {words.outOfRangeColumn(
                columnTitle(column),
                count,
                rows,
                range(column, minimum, maximum),
              )}
            </dd>
          ))}
          <dd class="hint">{words.outOfRangeHint}</dd>
        </div>
      )}
      {imputed.length > 0 && (
        <div>
          <dt>{words.imputed}</dt>
          <dd>
            {imputed
              .map(({ column, count }) => words.imputedColumn(columnTitle(column), count))
              .join('; ')}
          </dd>
          <dd class="hint">{words.imputedHint}</dd>
        </div>
      )}
    </>
  );
}

function unitAfter(unit: string | undefined): string {
  return unit === undefined ? '' : text.value.patient.unit(unit);
}
