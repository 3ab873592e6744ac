import type { Model } from '../../api/types';
import { language, localised, text } from '../../i18n';
import { withoutBreaks } from '../../lib/sentences';

/**
 * The number of statements on the model's accuracy that are visible before the details are opened:
 * the error, and the comparison with the other models at the same horizon.
 */
const STATEMENTS_FIRST = 2;

interface Props {
  model: Model;
  isChosen: boolean;
  onChoose: () => void;
}

/** A model to choose, with its price, accuracy, limits and columns. */
export function ModelCard({ model, isChosen, onChoose }: Props) {
  const words = text.value.submission;
  const statements = model.statements[language.value];
  return (
    <div class={isChosen ? 'card model model-chosen' : 'card model'}>
      <label class="model-choice">
        <input
          type="radio"
          name="model"
          value={model.id}
          checked={isChosen}
          disabled={!model.enabled}
          onChange={onChoose}
        />
        <span class="model-title">{localised(model.title)}</span>
        <span class="price">{words.pricePerFile(model.coins)}</span>
      </label>
      {!model.enabled && <p class="notice notice-warning">{words.switchedOff}</p>}
      <p>{localised(model.summary)}</p>
      <Statements statements={statements.slice(0, STATEMENTS_FIRST)} />
      <details class="model-more">
        <summary>{words.moreAboutModel}</summary>
        <h3>{words.answers}</h3>
        <ul>
          <li>{words.horizon(model.horizon_years)}</li>
          <li>{localised(model.point_estimate)}</li>
          {model.survival_years.length > 0 && <li>{words.survivalCurve(model.survival_years)}</li>}
        </ul>
        {statements.length > STATEMENTS_FIRST && (
          <>
            <h3>{words.quality}</h3>
            <Statements statements={statements.slice(STATEMENTS_FIRST)} />
          </>
        )}
        <h3>{words.limits}</h3>
        <p>{localised(model.limits)}</p>
        <p class="hint">
          {model.id}, {words.version(model.version)}
        </p>
        {model.changes && <p class="hint">{localised(model.changes)}</p>}
      </details>
    </div>
  );
}

function Statements({ statements }: { statements: string[] }) {
  return (
    <ul>
      {statements.map((sentence) => (
        <li key={sentence}>{withoutBreaks(sentence)}</li>
      ))}
    </ul>
  );
}
