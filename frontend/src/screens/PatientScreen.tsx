import { useEffect, useMemo } from 'preact/hooks';
import type { Prediction, Row, RowPage } from '../api/types';
import { FindingsTable } from '../components/common/FindingsTable';
import { ProblemNotice } from '../components/common/ProblemNotice';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { Contributions } from '../components/patient/Contributions';
import { IntervalNotes } from '../components/patient/IntervalNotes';
import { PatientNotes } from '../components/patient/PatientDetails';
import { CurveData } from '../components/plots/CurveData';
import { AxisLabels, IntervalBar } from '../components/plots/IntervalBar';
import { SurvivalPlot } from '../components/plots/SurvivalPlot';
import { PredictionFacts } from '../components/prediction/PredictionFacts';
import { text } from '../i18n';
import { bandHint, curveOf, hasBand } from '../lib/curve';
import { intervalText } from '../lib/interval';
import { medianOf } from '../lib/patientRow';
import { fileLabel } from '../lib/predictionName';
import { type ResultParameters, resultParametersOf } from '../lib/resultParameters';
import { addresses } from '../lib/routes';
import { modelById } from '../state/catalogue';
import { curveCardOf, loadCurveCard } from '../state/curveCard';
import { createPatient } from '../state/patient';
import { changeView, tableViewOf } from '../state/tableView';

/** The page of one patient of a result. */
export function PatientScreen({ id, row }: { id: string; row: number }) {
  const words = text.value.plots.patient;
  const patient = useMemo(() => createPatient(id), [id]);
  useEffect(() => {
    void patient.show(row);
    changeView(tableViewOf(id), { visitedRow: row });
  }, [patient, id, row]);
  const shown = patient.shown.value;
  const isLoaded = shown?.row === row;
  const problem = patient.problem.value;
  const title = words.title(row, isLoaded ? idOf(shown.page) : null);
  return (
    <>
      <ScreenTitle key={row} documentTitle={words.title(row, null)}>
        {title}
      </ScreenTitle>
      <Neighbours id={id} row={row} total={shown?.page.total ?? null} />
      {problem && <ProblemNotice problem={problem} onRetry={() => void patient.show(row)} />}
      {!isLoaded && !problem && <p role="status">{text.value.shell.loading}</p>}
      {isLoaded && <Patient row={row} prediction={shown.prediction} page={shown.page} />}
    </>
  );
}

function idOf({ rows, skipped }: RowPage): string | null {
  return (rows[0] ?? skipped[0])?.id ?? null;
}

function Neighbours({ id, row, total }: { id: string; row: number; total: number | null }) {
  const words = text.value.plots.patient;
  return (
    <nav class="neighbours" aria-label={words.neighbours}>
      <a href={addresses.prediction(id)}>{words.back}</a>
      {total !== null && row > 1 && row <= total && (
        <a href={addresses.patient(id, row - 1)} rel="prev">
          {words.previous}
        </a>
      )}
      {total !== null && row < total && (
        <a href={addresses.patient(id, row + 1)} rel="next">
          {words.next}
        </a>
      )}
    </nav>
  );
}

interface PatientProps {
  row: number;
  prediction: Prediction;
  page: RowPage;
}

function Patient({ row, prediction, page }: PatientProps) {
  const words = text.value.plots.patient;
  const [predicted] = page.rows;
  const [skipped] = page.skipped;
  const file = fileLabel(prediction, text.value);
  if (!predicted && !skipped) return <p role="status">{words.noSuchRow(row, page.total)}</p>;
  return (
    <>
      <p>{words.place(row, page.total, file)}</p>
      <PredictionFacts prediction={prediction} />
      {predicted && (
        <Predicted
          row={predicted}
          prediction={prediction}
          parameters={resultParametersOf(prediction, modelById(prediction.prediction_model_id))}
        />
      )}
      {skipped && (
        <section>
          <h2>{words.skipped}</h2>
          <FindingsTable findings={skipped.errors} total={skipped.errors.length} />
        </section>
      )}
    </>
  );
}

interface PredictedProps {
  row: Row;
  prediction: Prediction;
  parameters: ResultParameters;
}

function Predicted({ row, prediction, parameters }: PredictedProps) {
  const hasCurve = row.survival.length > 0;
  return (
    <article class={hasCurve ? 'patient-page has-curve' : 'patient-page'}>
      <Estimate row={row} parameters={parameters} />
      {hasCurve && <Survival {...{ row, prediction, parameters }} />}
      <section class="card patient-page-contributions">
        <Contributions row={row} parameters={parameters} />
      </section>
      <section class="card patient-page-notes">
        <PatientNotes row={row} parameters={parameters} />
      </section>
    </article>
  );
}

function Estimate({ row, parameters }: { row: Row; parameters: ResultParameters }) {
  const { result, interval } = text.value;
  const { horizon } = parameters;
  return (
    <section class="card patient-page-estimate">
      <h2>{result.estimand(horizon)}</h2>
      <p class="estimate-line">
        <strong class="estimate-years">{result.years(row.years)}</strong>{' '}
        <span>
          {interval.label} {intervalText(row, horizon, text.value)}
        </span>
      </p>
      <IntervalBar estimate={row} horizon={horizon} />
      <AxisLabels horizon={horizon} />
      <IntervalNotes row={row} parameters={parameters} />
      <button type="button" class="button button-quiet" onClick={() => print()}>
        {result.print}
      </button>
    </section>
  );
}

function Survival({ row, prediction, parameters }: PredictedProps) {
  const { result, plots } = text.value;
  const median = medianOf(row);
  useEffect(() => void loadCurveCard(prediction), [prediction]);
  const card = curveCardOf(prediction);
  return (
    <section class="card">
      <h2>{result.survivalTitle}</h2>
      <SurvivalPlot {...{ row, parameters }} card={typeof card === 'object' ? card : null} />
      {card === 'otherVersion' && <p class="hint">{plots.curve.otherVersion}</p>}
      {card === 'loading' && <p role="status">{plots.curve.loading}</p>}
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
    </section>
  );
}
