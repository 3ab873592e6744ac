import type { DryRun } from '../../api/types';
import { language, localised, text } from '../../i18n';
import { assumptionLines } from '../../lib/assumptions';
import { findingSentence } from '../../lib/sentences';
import { columnByName } from '../../state/catalogue';
import { forgetRecalledHeadings, recalledHeadings } from '../../state/draft';
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
            {findingSentence(warning, text.value)}
            {warning.code === 'unit_odd' && <UnitAnswers finding={warning} report={report} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The remembered choices with which the file was read. */
export function RecalledHeadings() {
  const words = text.value.reading;
  const headings = Object.entries(recalledHeadings.value ?? {});
  if (headings.length === 0) return null;
  const choices = headings.map(([header, { column, unit }]) =>
    [`${words.quote(header)} = ${columnTitle(column)}`, unit && text.value.unit(unit)]
      .filter(Boolean)
      .join(', '),
  );
  return (
    <p class="notice">
      {words.asLastTime(choices.join('; '))}{' '}
      <button type="button" class="link-button" onClick={forgetRecalledHeadings}>
        {words.forget}
      </button>
    </p>
  );
}

/** How the file was read where it could have been written more plainly. */
export function Assumptions({ report }: { report: DryRun }) {
  const isAsked = (column: string | null) =>
    report.errors.some((finding) => finding.code === 'values_unclear' && finding.column === column);
  const settled = report.assumptions.filter(({ column }) => column === null || !isAsked(column));
  const lines = assumptionLines(settled, {
    dictionary: text.value,
    language: language.value,
    columnByName,
  });
  if (lines.length === 0) return null;
  return (
    <div>
      <dt>{text.value.reading.assumptionsTitle}</dt>
      <dd>
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
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

function columnTitle(name: string): string {
  const column = columnByName(name);
  return column ? localised(column.title) : name;
}
