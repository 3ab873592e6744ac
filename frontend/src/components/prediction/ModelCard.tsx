import { useEffect, useState } from 'preact/hooks';
import type { CommonHorizon, Model } from '../../api/types';
import { language, localised, text } from '../../i18n';
import { withoutBreaks } from '../../lib/sentences';
import { columnTitle } from '../../state/catalogue';
import { createChunk } from '../../state/chunk';
import { Loading } from '../common/Loading';

/** Few users look at the plot, so it is loaded when it is opened. */
const plotChunk = createChunk(() => import('./CalibrationPlot'));

interface Props {
  model: Model;
  isChosen: boolean;
  onChoose: () => void;
}

/** A model to choose, with its price, figures and, when opened, its limits and columns. */
export function ModelCard({ model, isChosen, onChoose }: Props) {
  const { submission: words, models } = text.value;
  const isRecommended = model.recommendation !== null && model.enabled;
  const figures = model.common_horizon;
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
        {isRecommended && <span class="badge model-recommended">{models.recommended}</span>}
        <span class="price">{words.pricePerFile(model.coins)}</span>
      </label>
      {!model.enabled && <p class="notice notice-warning">{words.switchedOff}</p>}
      <p>{localised(model.summary)}</p>
      {figures && (
        <p class="hint">
          {models.figures(
            figures.horizon_years,
            figures.calibration_error,
            figures.concordance,
            figures.mae,
          )}
        </p>
      )}
      <details class="model-more">
        <summary>{words.moreAboutModel}</summary>
        {model.recommendation && <p>{localised(model.recommendation)}</p>}
        <h3>{words.answers}</h3>
        <ul>
          <li>{words.horizon(model.horizon_years)}</li>
          <li>{localised(model.point_estimate)}</li>
          {model.survival_years.length > 0 && <li>{words.survivalCurve(model.survival_years)}</li>}
        </ul>
        <UsedColumns model={model} />
        {figures && <Calibration figures={figures} />}
        <details>
          <summary>{words.quality}</summary>
          <ul>
            {model.statements[language.value].map((sentence) => (
              <li key={sentence}>{withoutBreaks(sentence)}</li>
            ))}
          </ul>
        </details>
        <h3>{words.limits}</h3>
        <p>{localised(model.limits)}</p>
        <p class="hint">
          {localised(model.title)}, {words.version(model.version)}
        </p>
        {model.changes && <p class="hint">{localised(model.changes)}</p>}
      </details>
    </div>
  );
}

function UsedColumns({ model }: { model: Model }) {
  const words = text.value.models;
  const titles = (names: readonly string[]) => names.map(columnTitle).join('; ');
  return (
    <>
      <h3>{words.uses}</h3>
      <p>
        {words.usesColumns(titles(model.used_columns))}{' '}
        {model.filling_columns.length > 0 && words.fillsColumns(titles(model.filling_columns))}
      </p>
    </>
  );
}

/** The calibration plot, which is loaded when it is first opened. */
function Calibration({ figures }: { figures: CommonHorizon }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{text.value.models.plot}</summary>
      {isOpen && <PlotOnDemand figures={figures} />}
    </details>
  );
}

function PlotOnDemand({ figures }: { figures: CommonHorizon }) {
  const { module, hasFailed, load } = plotChunk;
  useEffect(() => void load(), []);
  if (module.value) return <module.value.CalibrationPlot figures={figures} />;
  if (!hasFailed.value) return <Loading />;
  return (
    <p>
      {text.value.models.plotNotLoaded}{' '}
      <button type="button" class="link-button" onClick={() => void load()}>
        {text.value.problems.tryAgain}
      </button>
    </p>
  );
}
