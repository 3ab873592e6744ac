import { useEffect, useMemo } from 'preact/hooks';
import type { Prediction, Row } from '../../api/types';
import { text } from '../../i18n';
import { changedColumns, valueText } from '../../lib/enteredValues';
import { estimateText, intervalText } from '../../lib/interval';
import { type ResultParameters, resultParametersOf } from '../../lib/resultParameters';
import { addresses, type PatientPlace } from '../../lib/routes';
import { columnByName, columnTitle, modelById, modelTitle } from '../../state/catalogue';
import { createPatient } from '../../state/patient';
import { unitSystem } from '../../state/patientForm';
import { Loading } from '../common/Loading';

/** A patient's row with the prediction that it belongs to. */
interface Estimated {
  row: Row;
  prediction: Prediction;
  parameters: ResultParameters;
}

/** The estimate of an earlier calculation beside that with changed values. */
export function BeforeAndNow({ before, now }: { before: PatientPlace; now: Estimated }) {
  const words = text.value.values.compared;
  const { id, row } = before;
  const patient = useMemo(() => createPatient(id), [id]);
  useEffect(() => void patient.show(row), [patient, row]);
  const shown = patient.shown.value;
  const earlier = shown?.page.rows[0];
  const isGone = patient.problem.value !== null || (shown !== null && earlier === undefined);
  return (
    <section class="card before-and-now">
      <h2>{words.title}</h2>
      {isGone && <p>{words.gone}</p>}
      {!isGone && !shown && <Loading />}
      {shown && earlier && (
        <Comparison
          before={{
            row: earlier,
            prediction: shown.prediction,
            parameters: resultParametersOf(
              shown.prediction,
              modelById(shown.prediction.prediction_model_id),
            ),
          }}
          now={now}
        />
      )}
      <p class="actions">
        <a href={addresses.patient(id, row)}>{words.openBefore}</a>
      </p>
    </section>
  );
}

function Comparison({ before, now }: { before: Estimated; now: Estimated }) {
  const words = text.value.values.compared;
  const changed = changedColumns(before.row, now.row);
  return (
    <>
      <table>
        <caption class="visually-hidden">{words.caption}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{words.before}</th>
            <th scope="col">{words.now}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{words.estimate}</th>
            <td>
              <strong>{estimateOf(before)}</strong>
            </td>
            <td>
              <strong>{estimateOf(now)}</strong>
            </td>
          </tr>
          <tr>
            <th scope="row">{words.interval}</th>
            <td>{intervalOf(before)}</td>
            <td>{intervalOf(now)}</td>
          </tr>
          <tr>
            <th scope="row">{words.model}</th>
            <td>{modelTitle(before.prediction.prediction_model_id)}</td>
            <td>{modelTitle(now.prediction.prediction_model_id)}</td>
          </tr>
          {changed.map((column) => (
            <tr key={column}>
              <th scope="row">{columnTitle(column)}</th>
              <td>{shownValue(before, column)}</td>
              <td>{shownValue(now, column)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">{words.notCaused}</p>
      {before.row.values && now.row.values && changed.length === 0 && (
        <p class="hint">{words.same}</p>
      )}
      {before.parameters.horizon !== now.parameters.horizon && (
        <p class="hint">{words.otherHorizon}</p>
      )}
    </>
  );
}

function estimateOf({ row, parameters }: Estimated): string {
  return estimateText(row.years, parameters.horizon, text.value);
}

function intervalOf({ row, parameters }: Estimated): string {
  return intervalText(row, parameters.horizon, text.value);
}

function shownValue({ row, parameters }: Estimated, column: string): string {
  const value = row.values?.[column];
  const settings = { fileUnit: parameters.units[column], system: unitSystem.value };
  return value === undefined
    ? text.value.values.compared.notGiven
    : valueText(columnByName(column), value, settings, text.value);
}
