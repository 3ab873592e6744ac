import type { DryRun } from '../../api/types';
import { text } from '../../i18n';
import { needsMapping } from '../../lib/columnMapping';
import { columnFindings } from '../../lib/fileCheck';
import { columnByName, columnTitle } from '../../state/catalogue';
import { reading } from '../../state/draft';
import { ColumnMapping } from './ColumnMapping';
import { ColumnQuestions } from './ColumnQuestions';
import { FilePreview } from './FilePreview';
import { Assumptions, FlaggedValues, OwnReading, Warnings } from './ReadingReport';

/** The result of a file's check: questions, its preview, how it was read, and notes on its values. */
export function CheckReport({ report }: { report: DryRun }) {
  const words = text.value.check;
  const absentColumns = report.columns_absent.filter(isUsed);
  return (
    <>
      <ColumnQuestions report={report} />
      <OwnReading />
      <Warnings report={report} />
      <ColumnMapping
        preview={report.preview}
        report={report}
        reading={reading.value}
        isNeeded={needsMapping({ state: 'done', report })}
      />
      <FilePreview report={report} />
      <dl class="check-report">
        <Assumptions report={report} />
        {/* While a column is unclear, its values may be others. */}
        {columnFindings(report).length === 0 && <FlaggedValues report={report} />}
        {report.duplicate_ids.length > 0 && (
          <Entry title={words.duplicateIds} hint={words.duplicateIdsHint}>
            {report.duplicate_ids.map(({ id, rows }) => words.duplicateId(id, rows)).join('; ')}
          </Entry>
        )}
        {absentColumns.length > 0 && (
          <Entry title={words.absentColumns} hint={words.absentColumnsHint}>
            {absentColumns.map(columnTitle).join(', ')}
          </Entry>
        )}
        {report.personal_columns.length > 0 && (
          <Entry title={words.personalColumns} hint={words.personalColumnsHint}>
            {report.personal_columns.join(', ')}
          </Entry>
        )}
        {report.ignored_columns.length > 0 && (
          <Entry title={words.ignoredColumns}>{report.ignored_columns.join(', ')}</Entry>
        )}
      </dl>
    </>
  );
}

interface EntryProps {
  title: string;
  hint?: string;
  children: string;
}

function Entry({ title, hint, children }: EntryProps) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
      {hint && <dd class="hint">{hint}</dd>}
    </div>
  );
}

/** Whether a model uses the column. The check also reports absent IDs and ignored columns. */
function isUsed(name: string): boolean {
  const kind = columnByName(name)?.kind;
  return kind !== 'ignored' && kind !== 'id';
}
