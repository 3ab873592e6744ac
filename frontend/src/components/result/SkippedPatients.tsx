import type { SkippedRow } from '../../api/types';
import { text } from '../../i18n';
import { addresses } from '../../lib/routes';
import { matchesSearch } from '../../lib/rowTable';
import { FindingsTable } from '../common/FindingsTable';

interface Props {
  /** Of the prediction. */
  id: string;
  rows: readonly SkippedRow[];
}

/** The skipped patients with their findings. */
export function SkippedPatients({ id, rows }: Props) {
  if (rows.length === 0) return null;
  const findings = rows.flatMap((row) => row.errors);
  const patients = new Map(rows.map((patient) => [patient.row, patient]));
  return (
    <section aria-labelledby="skipped-title">
      <h3 id="skipped-title">{text.value.result.skipped(rows.length)}</h3>
      <FindingsTable
        findings={findings}
        total={findings.length}
        patientOf={(row) => <PatientLink id={id} row={row} patient={patients.get(row)} />}
      />
    </section>
  );
}

interface LinkProps {
  id: string;
  row: number;
  patient: SkippedRow | undefined;
}

function PatientLink({ id, row, patient }: LinkProps) {
  return (
    <a href={addresses.patient(id, row)}>{text.value.result.patient(row, patient?.id ?? null)}</a>
  );
}

/** More links would be longer than the table. */
const MATCHES_SHOWN_MAX = 10;

/** Links to the skipped patients that match the search, because the table does not have them. */
export function SkippedMatches({ id, rows, search }: Props & { search: string }) {
  const matches = search.trim() === '' ? [] : rows.filter((row) => matchesSearch(row, search));
  return (
    <p aria-live="polite" class="skipped-matches">
      {matches.length > 0 && `${text.value.result.skippedMatching} `}
      {matches.slice(0, MATCHES_SHOWN_MAX).map((patient, index) => (
        <span key={patient.row}>
          {index > 0 && '; '}
          <PatientLink id={id} row={patient.row} patient={patient} />
        </span>
      ))}
      {matches.length > MATCHES_SHOWN_MAX && '; …'}
    </p>
  );
}
