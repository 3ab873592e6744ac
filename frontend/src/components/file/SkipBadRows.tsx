import { text } from '../../i18n';
import { badRowCount } from '../../lib/fileCheck';
import { setSkipsBadRows, skipsBadRows } from '../../state/draft';
import { fileCheck } from '../../state/fileCheck';

/**
 * The choice to skip rows with findings, offered if some rows can be predicted and others cannot.
 */
export function SkipBadRows() {
  const check = fileCheck.value;
  if (check.state !== 'done') return null;
  const bad = badRowCount(check.report);
  const good = check.report.rows_predictable;
  if (bad === 0 || good === 0) return null;
  const words = text.value.check;
  return (
    <div class="skip-rows">
      <label class="choice">
        <input
          type="checkbox"
          checked={skipsBadRows.value}
          aria-describedby="skip-rows-hint"
          onChange={(event) => setSkipsBadRows(event.currentTarget.checked)}
        />
        <span>{check.report.sampled ? words.skipAll : words.skip(bad, good)}</span>
      </label>
      <p class="hint" id="skip-rows-hint">
        {words.skipHint}
      </p>
    </div>
  );
}
