import type { Prediction, Row } from '../../api/types';
import { text } from '../../i18n';
import { type EnteredValue, enteredValuesOf, valueText } from '../../lib/enteredValues';
import type { ResultParameters } from '../../lib/resultParameters';
import { addresses } from '../../lib/routes';
import { columnByName, columnTitle } from '../../state/catalogue';
import { changeValues, unitSystem } from '../../state/patientForm';
import { isPrinting } from '../../state/printing';
import { goTo } from '../../state/route';

interface Props {
  row: Row;
  prediction: Prediction;
  parameters: ResultParameters;
}

/** The values that were entered for a patient, and what each means for the risk. */
export function EnteredValues({ row, prediction, parameters }: Props) {
  const words = text.value.values.entered;
  const values = enteredValuesOf(row, parameters.scale);
  if (values === null) return null;
  // The notes of the print name the missing values.
  const shown = values.filter(({ value }) => value !== null || !isPrinting.value);
  const change = () => {
    changeValues(prediction, row);
    goTo(addresses.new);
  };
  return (
    <section class="card entered-values">
      <h2 id="entered-values">{words.title}</h2>
      <table aria-labelledby="entered-values">
        <thead>
          <tr>
            <th scope="col">{words.column}</th>
            <th scope="col">{words.value}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((value) => (
            <ValueRow key={value.column} value={value} units={parameters.units} />
          ))}
        </tbody>
      </table>
      <p class="hint">{words.hint}</p>
      <p class="actions">
        <button type="button" class="button button-quiet" onClick={change}>
          {words.change}
        </button>
        <span class="hint">{words.changeHint}</span>
      </p>
    </section>
  );
}

function ValueRow({
  value: { column, value, effect, isUnusual },
  units,
}: {
  value: EnteredValue;
  units: ResultParameters['units'];
}) {
  const words = text.value.values.entered;
  const settings = { fileUnit: units[column], system: unitSystem.value };
  return (
    <tr>
      <th scope="row">{columnTitle(column)}</th>
      <td>
        <span class="entered-value">
          <span>
            {value === null
              ? words.notGiven
              : valueText(columnByName(column), value, settings, text.value)}
          </span>{' '}
          {value !== null && (
            <span class="entered-effect">
              {[words.effects[effect], isUnusual && words.unusual].filter(Boolean).join(', ')}
            </span>
          )}
        </span>
      </td>
    </tr>
  );
}
