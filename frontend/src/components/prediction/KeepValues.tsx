import { text } from '../../i18n';
import { keepsValues, setKeepsValues } from '../../state/draft';
import { fileCheck } from '../../state/fileCheck';

/** The service keeps the values of at most so many patients. */
const PATIENTS_MAX = 100;

/** The choice not to keep the patients' values with the result. */
export function KeepValues() {
  const words = text.value.values.keeping;
  const check = fileCheck.value;
  if (check.state === 'done' && (check.report.sampled || check.report.rows > PATIENTS_MAX)) {
    return <p class="hint">{words.never}</p>;
  }
  return (
    <div class="keep-values">
      <label class="choice">
        <input
          type="checkbox"
          checked={!keepsValues.value}
          aria-describedby="keep-values-hint"
          onChange={(event) => setKeepsValues(!event.currentTarget.checked)}
        />
        <span>{words.dontKeep}</span>
      </label>
      <p class="hint" id="keep-values-hint">
        {words.hint}
      </p>
    </div>
  );
}
