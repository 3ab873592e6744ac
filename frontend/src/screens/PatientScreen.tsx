import { useEffect, useMemo } from 'preact/hooks';
import type { Prediction, Row, RowPage } from '../api/types';
import { DataWarning } from '../components/common/DataWarning';
import { FindingsTable } from '../components/common/FindingsTable';
import { Loading } from '../components/common/Loading';
import { ProblemNotice } from '../components/common/ProblemNotice';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { BeforeAndNow } from '../components/patient/BeforeAndNow';
import { Contributions } from '../components/patient/Contributions';
import { EnteredValues } from '../components/patient/EnteredValues';
import { PatientNotes } from '../components/patient/PatientDetails';
import { PatientViews } from '../components/patient/PatientViews';
import { PredictionFacts } from '../components/prediction/PredictionFacts';
import { text } from '../i18n';
import { type ResultParameters, resultParametersOf } from '../lib/resultParameters';
import { addresses, type PatientPlace } from '../lib/routes';
import { modelById, modelTitle } from '../state/catalogue';
import { createPatient } from '../state/patient';
import { patientView } from '../state/patientView';
import { isPrinting } from '../state/printing';
import { changeView, tableViewOf } from '../state/tableView';

interface ScreenProps {
  id: string;
  row: number;
  /** The patient with the values before a change. */
  before: PatientPlace | undefined;
}

/** The page of one patient of a result. */
export function PatientScreen({ id, row, before }: ScreenProps) {
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
      <Neighbours
        {...{ id, row }}
        total={shown?.page.total ?? null}
        isComparable={isLoaded && shown.page.rows.length > 0}
      />
      {problem && <ProblemNotice problem={problem} onRetry={() => void patient.show(row)} />}
      {!isLoaded && !problem && <Loading />}
      {isLoaded && <Patient {...{ row, before }} prediction={shown.prediction} page={shown.page} />}
    </>
  );
}

function idOf({ rows, skipped }: RowPage): string | null {
  return (rows[0] ?? skipped[0])?.id ?? null;
}

interface NeighboursProps {
  id: string;
  row: number;
  total: number | null;
  /** Whether the patient has an estimate. */
  isComparable: boolean;
}

function Neighbours({ id, row, total, isComparable }: NeighboursProps) {
  const words = text.value.plots.patient;
  return (
    <nav class="neighbours" aria-label={words.neighbours}>
      <a href={addresses.prediction(id)}>{words.back}</a>
      {isComparable && <a href={addresses.comparison(id, row)}>{text.value.comparison.link}</a>}
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
  before: PatientPlace | undefined;
  prediction: Prediction;
  page: RowPage;
}

function Patient({ row, before, prediction, page }: PatientProps) {
  const words = text.value.plots.patient;
  const [predicted] = page.rows;
  const [skipped] = page.skipped;
  const parameters = resultParametersOf(prediction, modelById(prediction.prediction_model_id));
  if (!predicted && !skipped) return <p role="status">{words.noSuchRow(row, page.total)}</p>;
  return (
    <>
      {page.total > 1 && (
        <p class="patient-place">{words.place(row, page.total, prediction.file_name)}</p>
      )}
      <PredictionFacts prediction={prediction} />
      {predicted && <Predicted row={predicted} {...{ before, prediction, parameters }} />}
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
  before: PatientPlace | undefined;
  prediction: Prediction;
  parameters: ResultParameters;
}

function Predicted({ row, before, prediction, parameters }: PredictedProps) {
  const values = <EnteredValues {...{ row, prediction, parameters }} />;
  const contributions = (
    <section class="card patient-page-contributions">
      <Contributions row={row} parameters={parameters} />
    </section>
  );
  const notes = (
    <section class="card patient-page-notes">
      <PatientNotes row={row} parameters={parameters} />
    </section>
  );
  // On the one sheet of the report, the values say what drives the estimate.
  const printsContributions = row.values == null || patientView.value === 'table';
  return (
    <article class="patient-page">
      <ReportFacts prediction={prediction} />
      <DataWarning parameters={[parameters]} />
      {before && <BeforeAndNow before={before} now={{ row, prediction, parameters }} />}
      <PatientViews {...{ row, prediction, parameters }} />
      {isPrinting.value ? (
        <>
          {notes}
          {printsContributions && contributions}
          {values}
        </>
      ) : (
        <>
          {contributions}
          {values}
          {notes}
        </>
      )}
    </article>
  );
}

/** The facts of the printed report. Unlike those of the screen, they say nothing about coins. */
function ReportFacts({ prediction }: { prediction: Prediction }) {
  const words = text.value.patientPage;
  const title = modelTitle(prediction.prediction_model_id);
  return (
    <p class="report-facts">
      <span>{words.model(title, prediction.model_version)}</span>
      <span>{words.date(text.value.format.dateTime(prediction.prediction_date))}</span>
      {prediction.receipt && <span>{words.receipt(prediction.receipt.prediction_id)}</span>}
    </p>
  );
}
