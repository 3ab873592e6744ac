import { text } from '../../i18n';
import { badRowsOf } from '../../lib/startBlock';
import { leaveBadOut, leavesBadOut } from '../../state/draft';
import { fileCheck } from '../../state/fileCheck';

/** Offered where some patients can be predicted and others can't. */
export function LeaveOut() {
  const check = fileCheck.value;
  if (check.state !== 'done') return null;
  const bad = badRowsOf(check.report);
  const good = check.report.rows_predictable;
  if (bad === 0 || good === 0) return null;
  const words = text.value.check;
  return (
    <div class="leave-out">
      <label class="choice">
        <input
          type="checkbox"
          checked={leavesBadOut.value}
          aria-describedby="leave-out-hint"
          onChange={(event) => leaveBadOut(event.currentTarget.checked)}
        />
        <span>{check.report.sampled ? words.leaveOutAll : words.leaveOut(bad, good)}</span>
      </label>
      <p class="hint" id="leave-out-hint">
        {words.leaveOutHint}
      </p>
    </div>
  );
}
