import type { DryRun } from '../../api/types';
import { text } from '../../i18n';
import { columnByName } from '../../state/catalogue';
import { FilePreview } from './FilePreview';

export function CheckReport({ report }: { report: DryRun }) {
  const words = text.value.check;
  const absent = report.columns_absent.filter(isUsed);
  return (
    <>
      <FilePreview report={report} />
      <dl class="check-report">
        {report.duplicate_ids.length > 0 && (
          <Entry title={words.repeated} hint={words.repeatedHint}>
            {report.duplicate_ids.map(({ id, rows }) => words.repeatedId(id, rows)).join('; ')}
          </Entry>
        )}
        {absent.length > 0 && (
          <Entry title={words.absent} hint={words.absentHint}>
            {absent.join(', ')}
          </Entry>
        )}
        {report.personal_columns.length > 0 && (
          <Entry title={words.personal} hint={words.personalHint}>
            {report.personal_columns.join(', ')}
          </Entry>
        )}
        {report.ignored_columns.length > 0 && (
          <Entry title={words.ignored}>{report.ignored_columns.join(', ')}</Entry>
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

/** The check names whatever it could read; IDs and ignored columns are not missed. */
function isUsed(name: string): boolean {
  const kind = columnByName(name)?.kind;
  return kind !== 'ignored' && kind !== 'id';
}
