import type { Units } from '../../api/types';
import { text } from '../../i18n';

const CHOICES: Units[] = ['stated', 'si'];

interface Props {
  units: Units;
  onChoose: (units: Units) => void;
}

/** The choice of units for columns whose header names none. */
export function UnitsChoice({ units, onChoose }: Props) {
  const words = text.value.check;
  return (
    <fieldset class="units" aria-describedby="units-hint">
      <legend>{words.unitsTitle}</legend>
      {CHOICES.map((choice) => (
        <label key={choice} class="choice">
          <input
            type="radio"
            name="units"
            value={choice}
            checked={units === choice}
            onChange={() => onChoose(choice)}
          />
          <span>{words.units[choice]}</span>
        </label>
      ))}
      <p class="hint" id="units-hint">
        {words.unitsHint}
      </p>
    </fieldset>
  );
}
