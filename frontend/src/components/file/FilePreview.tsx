import type { DryRun, Finding } from '../../api/types';
import { text } from '../../i18n';
import { type PreviewedRow, previewOf } from '../../lib/preview';
import { findingSentence } from '../../lib/sentences';
import { FindingsTable } from '../common/FindingsTable';

/** The file as it was read: its first rows, and those with mistakes, each with what is wrong. */
export function FilePreview({ report }: { report: DryRun }) {
  const words = text.value.check;
  const { rows, rest } = previewOf(report);
  const { columns } = report.preview;
  return (
    <>
      {/* Wide tables scroll within, so that the page doesn't. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it */}
      <section class="preview" aria-label={words.preview} tabIndex={0}>
        <table>
          <caption>{words.preview}</caption>
          <thead>
            <tr>
              <th scope="col">{text.value.problems.findingsRow}</th>
              {columns.map(({ header, column }, at) => (
                <th key={at} scope="col" class={column === null ? 'preview-unused' : undefined}>
                  {header}
                  {column !== null && <ReadAs column={column} header={header} report={report} />}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <PreviewRow key={row.row} row={row} width={columns.length + 1} />
            ))}
          </tbody>
        </table>
      </section>
      {rest.length > 0 && <Rest report={report} findings={rest} />}
    </>
  );
}

/** Under which name and in which unit a column is read, where its header doesn't say so itself. */
function ReadAs({ column, header, report }: { column: string; header: string; report: DryRun }) {
  const unit = report.units[column];
  const said = [header === column || header.startsWith(`${column} [`) ? null : column];
  if (unit !== undefined) said.push(text.value.unit(unit));
  return <span class="hint">{said.filter(Boolean).join(', ')}</span>;
}

function PreviewRow({ row, width }: { row: PreviewedRow; width: number }) {
  return (
    <>
      <tr class={row.findings.length > 0 ? 'preview-bad' : undefined}>
        <th scope="row" class="number">
          {text.value.format.whole(row.row)}
        </th>
        {row.cells.map((cell, at) => (
          <td key={at}>{row.wrong.has(at) ? <WrongCell cell={cell} /> : cell}</td>
        ))}
      </tr>
      {row.findings.length > 0 && (
        <tr class="preview-findings">
          <td colSpan={width}>
            <ul>
              {row.findings.map((finding, index) => (
                <li key={index}>
                  {finding.column && <strong>{finding.column}: </strong>}
                  {findingSentence(finding, text.value)}
                </li>
              ))}
            </ul>
          </td>
        </tr>
      )}
    </>
  );
}

function WrongCell({ cell }: { cell: string }) {
  return <mark class="cell">{cell === '' ? text.value.problems.emptyValue : cell}</mark>;
}

function Rest({ report, findings }: { report: DryRun; findings: Finding[] }) {
  const untold = report.errors_total - report.errors.length;
  return (
    <div class="notice notice-error">
      <FindingsTable findings={findings} total={findings.length + untold} />
      {untold > 0 && (
        <details>
          <summary>{text.value.problems.badRows}</summary>
          <p class="bad-rows">{report.bad_rows}</p>
        </details>
      )}
    </div>
  );
}
