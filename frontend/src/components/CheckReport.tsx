import type { DryRun, Model } from '../api/types';
import { text } from '../i18n';
import { FindingsTable } from './FindingsTable';

export function CheckReport({ report, model }: { report: DryRun; model: Model | null }) {
  const words = text.value.check;
  const absent = report.columns_absent.filter((name) => isUsed(name, model));
  const units = Object.entries(report.units);
  return (
    <>
      {report.errors.length > 0 && <Mistakes report={report} />}
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
        {report.ignored_columns.length > 0 && (
          <Entry title={words.ignored}>{report.ignored_columns.join(', ')}</Entry>
        )}
        {units.length > 0 && (
          <Entry title={words.readUnits} hint={words.readUnitsHint}>
            {units.map(([column, unit]) => `${column}: ${text.value.unit(unit)}`).join('; ')}
          </Entry>
        )}
      </dl>
    </>
  );
}

function Mistakes({ report }: { report: DryRun }) {
  return (
    <div class="notice notice-error">
      <FindingsTable findings={report.errors} total={report.errors_total} />
      {report.errors_total > report.errors.length && (
        <details>
          <summary>{text.value.problems.badRows}</summary>
          <p class="bad-rows">{report.bad_rows}</p>
        </details>
      )}
    </div>
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

/** The check names what any model could read; only what this one would read matters here. */
function isUsed(name: string, model: Model | null): boolean {
  const column = model?.columns.find((each) => each.name === name);
  return column === undefined || (column.kind !== 'ignored' && column.kind !== 'id');
}
