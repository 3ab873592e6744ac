interface Props<Choice extends string> {
  name: string;
  legend: string;
  isLegendShown?: boolean;
  options: Record<Choice, string>;
  chosen: Choice;
  onChoose: (choice: Choice) => void;
}

/** Radio buttons side by side, for a choice between a few options. */
export function SegmentedChoice<Choice extends string>(props: Props<Choice>) {
  const choices = Object.keys(props.options) as Choice[];
  return (
    <fieldset class="segmented">
      <legend class={props.isLegendShown ? '' : 'visually-hidden'}>{props.legend}</legend>
      <div class="segmented-options">
        {choices.map((choice) => (
          <label key={choice}>
            <input
              type="radio"
              name={props.name}
              value={choice}
              checked={props.chosen === choice}
              onChange={() => props.onChoose(choice)}
            />
            <span>{props.options[choice]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
