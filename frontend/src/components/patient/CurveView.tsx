import { useEffect } from 'preact/hooks';
import type { Prediction, Row } from '../../api/types';
import { text } from '../../i18n';
import { bandHint, curveOf, hasBand } from '../../lib/curve';
import { medianOf } from '../../lib/patientRow';
import type { ResultParameters } from '../../lib/resultParameters';
import { curveCardOf, loadCurveCard } from '../../state/curveCard';
import { Loading } from '../common/Loading';
import { CurveData } from '../plots/CurveData';
import { SurvivalPlot } from '../plots/SurvivalPlot';

interface Props {
  row: Row;
  prediction: Prediction;
  parameters: ResultParameters;
}

/** The survival curve of a patient, with its band and its median. */
export function CurveView({ row, prediction, parameters }: Props) {
  const { result, plots } = text.value;
  const median = medianOf(row);
  useEffect(() => void loadCurveCard(prediction), [prediction]);
  const card = curveCardOf(prediction);
  return (
    <>
      <h3>{result.survivalTitle}</h3>
      <SurvivalPlot {...{ row, parameters }} card={typeof card === 'object' ? card : null} />
      {card === 'otherVersion' && <p class="hint">{plots.curve.otherVersion}</p>}
      {card === 'loading' && <Loading sentence={plots.curve.loading} />}
      {card === 'failed' && (
        <p class="hint">
          {plots.curve.notLoaded}{' '}
          <button type="button" class="link-button" onClick={() => void loadCurveCard(prediction)}>
            {text.value.problems.tryAgain}
          </button>
        </p>
      )}
      {median && (
        <p>
          {'years' in median ? result.median(median.years) : result.medianBeyond(median.beyond)}
        </p>
      )}
      {card !== 'loading' && hasBand(curveOf(row.survival)) && parameters.bandLevel !== null && (
        <p class="hint">
          {typeof card === 'object'
            ? bandHint(parameters.bandLevel, row.survival[0]?.years ?? 0, card, text.value)
            : plots.curve.barsHint(parameters.bandLevel)}
        </p>
      )}
      <CurveData row={row} />
    </>
  );
}
