import type { DryRun, Finding } from '../../api/types';
import { text } from '../../i18n';
import { needsMapping } from '../../lib/columnMapping';
import { type PreviewedRow, previewOf } from '../../lib/preview';
import { findingSentence } from '../../lib/sentences';
import { columnTitle } from '../../state/catalogue';
import { FindingsTable } from '../common/FindingsTable';

/** The file as it was read: its first rows and those with findings. */
export function FilePreview({ report }: { report: DryRun }) {
  const words = text.value.check;
  const { rows, otherFindings } = previewOf(report);
  const { columns } = report.preview;
  const { mappingTitle, change, setMeaning } = text.value.reading;
  const hasUnknownValue = report.errors.some(({ code }) => code === 'unknown_category');
  const mapping = needsMapping({ state: 'done', report }) ? mappingTitle : change;
  return (
    <>
      {/* Wide tables scroll inside the section, not the page. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the focus allows scrolling by keyboard */}
      <section class="preview" aria-label={words.preview} tabIndex={0}>
        <table>
          <caption>
            {words.previewCaption(
              rows.length,
              report.sampled ? null : report.rows,
              rows.every(({ row }, index) => row === index + 1),
            )}
          </caption>
          <thead>
            <tr>
              <th scope="col">{text.value.problems.findingsRow}</th>
              {columns.map(({ header, column }, index) => (
                <th key={index} scope="col" class={column === null ? 'preview-unused' : undefined}>
                  {header}
                  {column !== null && (
                    <Interpretation column={column} header={header} report={report} />
                  )}
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
      {hasUnknownValue && <p class="hint">{setMeaning(mapping)}</p>}
      {otherFindings.length > 0 && <OtherFindings report={report} findings={otherFindings} />}
    </>
  );
}

interface InterpretationProps {
  column: string;
  header: string;
  report: DryRun;
}

/** How a column is read: its title, if the header is not its name, and its unit. */
function Interpretation({ column, header, report }: InterpretationProps) {
  const unit = report.units[column];
  const parts = [
    header === column || header.startsWith(`${column} [`) ? null : columnTitle(column),
  ];
  if (unit !== undefined) parts.push(text.value.unit(unit));
  return <span class="hint">{parts.filter(Boolean).join(', ')}</span>;
}

function PreviewRow({ row, width }: { row: PreviewedRow; width: number }) {
  return (
    <>
      <tr class={row.findings.length > 0 ? 'preview-bad' : undefined}>
        <th scope="row" class="number">
          {text.value.format.whole(row.row)}
        </th>
        {row.cells.map((cell, index) => (
          <td key={index}>{row.wrongCells.has(index) ? <WrongCell cell={cell} /> : cell}</td>
        ))}
      </tr>
      {row.findings.length > 0 && (
        <tr class="preview-findings">
          <td colSpan={width}>
            <ul>
              {row.findings.map((finding, index) => (
                <li key={index}>
                  {finding.column && <strong>{columnTitle(finding.column)}: </strong>}
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

/** Findings about rows that the preview does not show. */
function OtherFindings({ report, findings }: { report: DryRun; findings: Finding[] }) {
  const unlisted = report.errors_total - report.errors.length;
  return (
    <div class="notice notice-error">
      <FindingsTable findings={findings} total={findings.length + unlisted} />
      {unlisted > 0 && (
        <details>
          <summary>{text.value.problems.badRows}</summary>
          <p class="bad-rows">{report.bad_rows}</p>
        </details>
      )}
    </div>
  );
}
