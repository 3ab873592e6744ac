import type { SkippedRow } from '../../api/types';
import { text } from '../../i18n';
import { FindingsTable } from '../common/FindingsTable';

/** The skipped patients with their findings. */
export function SkippedPatients({ rows }: { rows: readonly SkippedRow[] }) {
  if (rows.length === 0) return null;
  const findings = rows.flatMap((row) => row.errors);
  return (
    <section aria-labelledby="skipped-title">
      <h3 id="skipped-title">{text.value.result.skipped(rows.length)}</h3>
      <FindingsTable findings={findings} total={findings.length} />
    </section>
  );
}
