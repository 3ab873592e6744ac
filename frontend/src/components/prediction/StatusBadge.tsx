import { text } from '../../i18n';
import { statusName } from '../../lib/sentences';

const TONES: Record<string, string> = {
  queued: 'status-open',
  running: 'status-open',
  succeeded: 'status-good',
  rejected: 'status-bad',
  failed: 'status-bad',
};

/** The status of a prediction as a coloured badge. */
export function StatusBadge({ status }: { status: string }) {
  return <span class={`status ${TONES[status] ?? ''}`}>{statusName(status, text.value)}</span>;
}
