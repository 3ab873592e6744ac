import { useEffect, useMemo } from 'preact/hooks';
import type { Prediction } from '../../api/types';
import { localised, text } from '../../i18n';
import { openDownload, saveFile } from '../../lib/download';
import { intervalHint } from '../../lib/interval';
import { receiptFile } from '../../lib/receipt';
import { type ResultParameters, resultParametersOf } from '../../lib/resultParameters';
import { addresses } from '../../lib/routes';
import { modelById } from '../../state/catalogue';
import { createCohort } from '../../state/cohort';
import { createResultRows, type ResultRows, ROWS_IN_BROWSER_MAX } from '../../state/resultRows';
import { api } from '../../state/session';
import { type TableViewState, tableViewOf } from '../../state/tableView';
import { DataWarning } from '../common/DataWarning';
import { Loading } from '../common/Loading';
import { ProblemNotice } from '../common/ProblemNotice';
import { useAction } from '../common/useAction';
import { Cohort } from './Cohort';
import { ExcelDownload } from './ExcelDownload';
import { LargeResult } from './LargeResult';
import { ResultSummary } from './ResultSummary';
import { ResultTable } from './ResultTable';
import { SkippedMatches, SkippedPatients } from './SkippedPatients';

/** The result of a prediction: summary, downloads, overview and table of patients. */
export function Result({ prediction }: { prediction: Prediction }) {
  const words = text.value.result;
  const model = modelById(prediction.prediction_model_id);
  const parameters = resultParametersOf(prediction, model);
  const id = prediction.prediction_id;
  const cohort = useMemo(() => createCohort(id), [id]);
  const isLarge = prediction.rows > ROWS_IN_BROWSER_MAX;
  const view = useMemo(() => tableViewOf(id), [id]);
  const result = useMemo(() => (isLarge ? null : createResultRows(id)), [isLarge, id]);
  return (
    <section class="result" aria-labelledby="result-title">
      <p class="visually-hidden" role="status">
        {text.value.prediction.finished(prediction.rows - prediction.bad_rows, prediction.bad_rows)}
      </p>
      <h2 id="result-title">{words.estimand(parameters.horizon)}</h2>
      <p>{text.value.interval.estimate.notLifeExpectancy(parameters.horizon)}</p>
      <DataWarning parameters={[parameters]} />
      {prediction.rows === 1 ? (
        <p>
          <a class="button" href={addresses.patient(prediction.prediction_id, 1)}>
            {text.value.plots.patient.open}
          </a>
        </p>
      ) : (
        prediction.summary && (
          <ResultSummary summary={prediction.summary} horizon={parameters.horizon} />
        )
      )}
      {model?.point_estimate && <p class="hint">{localised(model.point_estimate)}</p>}
      <p class="hint">{intervalHint(parameters, text.value)}</p>
      <ResultActions prediction={prediction} />
      <Cohort state={cohort} {...{ prediction, result, view }} />
      {result === null ? (
        <LargeResult {...{ prediction, parameters, cohort, view }} />
      ) : (
        <WholeResult {...{ id, parameters, result, view }} />
      )}
    </section>
  );
}

interface WholeResultProps {
  id: string;
  parameters: ResultParameters;
  result: ResultRows;
  view: TableViewState;
}

function WholeResult({ id, parameters, result, view }: WholeResultProps) {
  useEffect(() => {
    void result.load();
    return result.stop;
  }, [result]);
  const problem = result.problem.value;
  return (
    <>
      {result.rows.value.length > 0 && (
        <ResultTable view={view} rows={result.rows.value} parameters={parameters}>
          <SkippedMatches
            {...{ id }}
            rows={result.skipped.value}
            search={view.value.arrangement.idFilter}
          />
        </ResultTable>
      )}
      <SkippedPatients id={id} rows={result.skipped.value} />
      {problem && <ProblemNotice problem={problem} onRetry={() => void result.load()} />}
      {result.isLoading.value && <Loading sentence={text.value.result.loadingRows} />}
    </>
  );
}

function ResultActions({ prediction }: { prediction: Prediction }) {
  const words = text.value.result;
  const { isBusy, problem, run } = useAction();
  const receipt = receiptFile(prediction);

  function download(): void {
    void run(async () => openDownload((await api.download(prediction.prediction_id)).url));
  }

  return (
    <div class="result-actions">
      <div class="actions">
        <button type="button" class="button" disabled={isBusy} onClick={download}>
          {isBusy ? words.downloading : words.download}
        </button>
        <ExcelDownload prediction={prediction} />
        {receipt && (
          <button
            type="button"
            class="button button-quiet"
            onClick={() =>
              saveFile(new File([receipt.content], receipt.name, { type: 'application/json' }))
            }
          >
            {words.receipt}
          </button>
        )}
        <button type="button" class="button button-quiet" onClick={() => print()}>
          {words.print}
        </button>
      </div>
      {receipt && <p class="hint">{words.receiptHint}</p>}
      {problem && <ProblemNotice problem={problem} onRetry={download} />}
    </div>
  );
}
