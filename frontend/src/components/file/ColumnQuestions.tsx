import type { DryRun, Finding } from '../../api/types';
import { text } from '../../i18n';
import { columnFindings } from '../../lib/fileCheck';
import { decimalMarks, numberWithMark } from '../../lib/reading';
import { findingSentence } from '../../lib/sentences';
import { columnTitle } from '../../state/catalogue';
import { reading, setReading } from '../../state/draft';
import { rememberHeadings } from '../../state/knownHeadings';

/** Units of prothrombin from which the seconds cannot be computed. */
const NOT_CONVERTIBLE = new Set(['INR', '%']);

/** The findings about whole columns, with the answers that one click gives. */
export function ColumnQuestions({ report }: { report: DryRun }) {
  const findings = columnFindings(report);
  if (findings.length === 0) return null;
  const words = text.value.reading;
  const codes = findings.filter(({ code }) => code === 'missing_code_suspected');
  return (
    <section class="notice notice-error questions" aria-labelledby="questions-title">
      <h3 id="questions-title">{words.questions}</h3>
      <ul>
        {findings.map((finding, index) => (
          <li key={index}>
            <strong>{finding.column ? columnTitle(finding.column) : words.wholeFile}.</strong>{' '}
            {findingSentence(finding, text.value)}
            {finding.code === 'unit_suspected' && <UnitAnswers finding={finding} report={report} />}
            {finding.code === 'decimal_unclear' && <DecimalAnswers finding={finding} />}
            {/* One answer for all codes: a second one would be needed only after another check. */}
            {finding === codes.at(-1) && <MissingAnswers findings={codes} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface AnswerProps {
  label: string;
  onClick: () => void;
}

function Answer({ label, onClick }: AnswerProps) {
  return (
    <button type="button" class="button button-quiet" onClick={onClick}>
      {label}
    </button>
  );
}

/** The buttons that read the column in the unit that the finding names, or keep the one it has. */
export function UnitAnswers({ finding, report }: { finding: Finding; report: DryRun }) {
  const { column, unit, hint_unit: hint } = finding;
  const words = text.value.reading;
  if (!column) return null;
  // If a value is impossible in this unit, the service asks again.
  const canKeep = unit && reading.value.columnUnits[column] !== unit;

  function readInUnit(name: string, itsUnit: string): void {
    const read = report.preview.columns.find((candidate) => candidate.column === name);
    if (read) rememberHeadings({ [read.header]: { column: name, unit: itsUnit } });
    setReading({ columnUnits: { ...reading.value.columnUnits, [name]: itsUnit } });
  }

  return (
    <p class="actions">
      {hint && !NOT_CONVERTIBLE.has(hint) && (
        <Answer
          label={words.readIn(text.value.unit(hint))}
          onClick={() => readInUnit(column, hint)}
        />
      )}
      {finding.code === 'unit_suspected' && canKeep && (
        <Answer
          label={words.keepUnit(text.value.unit(unit))}
          onClick={() =>
            setReading({ columnUnits: { ...reading.value.columnUnits, [column]: unit } })
          }
        />
      )}
    </p>
  );
}

function DecimalAnswers({ finding }: { finding: Finding }) {
  const { decimalAnswer } = text.value.reading;
  const example = finding.example ?? '';
  if (decimalMarks(finding).length === 0) return null;
  return (
    <p class="actions">
      {decimalMarks(finding).map((mark) => (
        <Answer
          key={mark}
          label={decimalAnswer(example, numberWithMark(example, mark), mark)}
          onClick={() => setReading({ decimal: mark })}
        />
      ))}
    </p>
  );
}

function MissingAnswers({ findings }: { findings: readonly Finding[] }) {
  const words = text.value.reading;
  const codes = [...new Set(findings.flatMap(({ example }) => example ?? []))];
  const answered = reading.value.missing ?? [];
  return (
    <p class="actions">
      <Answer
        label={words.isMissing(codes)}
        onClick={() => setReading({ missing: [...answered, ...codes] })}
      />
      <Answer label={words.isMeasured(codes)} onClick={() => setReading({ missing: answered })} />
    </p>
  );
}
