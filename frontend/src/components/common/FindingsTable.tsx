import type { ComponentChildren } from 'preact';
import type { Finding } from '../../api/types';
import { text } from '../../i18n';
import { findingSentence } from '../../lib/sentences';
import { columnTitle } from '../../state/catalogue';

/** More rows would make the page slow. */
const FINDINGS_SHOWN_MAX = 200;

interface Props {
  findings: Finding[];
  total: number;
  /** What names the patient of a row. Without it, the number of the row does. */
  patientOf?: ((row: number) => ComponentChildren) | undefined;
}

/** A table of findings: row, column and value, and what is expected. */
export function FindingsTable({ findings, total, patientOf }: Props) {
  const words = text.value.problems;
  const shown = findings.slice(0, FINDINGS_SHOWN_MAX);
  return (
    <div class="findings">
      <table>
        <caption>{words.findingsCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.findingsRow}</th>
            <th scope="col">{words.findingsColumn}</th>
            <th scope="col">{words.findingsExpected}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((finding, index) => (
            <FindingRow key={index} {...{ finding, patientOf }} />
          ))}
        </tbody>
      </table>
      {shown.some(({ row }) => row != null) && <p class="hint">{words.findingsRowHint}</p>}
      {total > shown.length && <p>{words.findingsShown(shown.length, total)}</p>}
    </div>
  );
}

function FindingRow({ finding, patientOf }: Pick<Props, 'patientOf'> & { finding: Finding }) {
  const words = text.value.problems;
  const isAboutCell = finding.row != null && finding.value != null;
  return (
    <tr>
      {finding.row != null && patientOf ? (
        <td class="finding-patient">{patientOf(finding.row)}</td>
      ) : (
        <td class="number" data-label={finding.row == null ? '' : words.findingsRow}>
          {finding.row == null ? words.findingsWholeFile : text.value.format.whole(finding.row)}
        </td>
      )}
      <td>
        {finding.column && <strong>{columnTitle(finding.column)}</strong>}
        {isAboutCell && (
          <>
            {' '}
            <code class="cell">{finding.value === '' ? words.emptyValue : finding.value}</code>
          </>
        )}
      </td>
      <td>
        {findingSentence(finding, text.value)}
        {finding.column && finding.code === 'column_missing' && (
          <span class="hint"> {words.nameOfColumn(finding.column)}</span>
        )}
      </td>
    </tr>
  );
}
