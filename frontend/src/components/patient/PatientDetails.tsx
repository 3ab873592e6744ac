import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { studyRangeText } from '../../lib/enteredValues';
import type { ResultParameters } from '../../lib/resultParameters';
import { addresses } from '../../lib/routes';
import { columnByName, columnTitle } from '../../state/catalogue';
import { unitSystem } from '../../state/patientForm';
import { route } from '../../state/route';
import { Contributions } from './Contributions';
import { IntervalNotes } from './IntervalNotes';
import { MissingValues } from './MissingValues';
import { SurvivalTable } from './SurvivalTable';

/** The details of a patient that open below their row in the table. */
export function PatientDetails({ row, parameters }: { row: Row; parameters: ResultParameters }) {
  return (
    <div class="patient">
      <Contributions row={row} parameters={parameters} />
      <div class="patient-notes">
        <IntervalNotes row={row} parameters={parameters} />
        <SurvivalTable row={row} />
        <PatientNotes row={row} parameters={parameters} />
        <PatientLink row={row} />
      </div>
    </div>
  );
}

/** Notes on a patient's estimate: Mayo score, missing values, values out of range. */
export function PatientNotes({ row, parameters }: { row: Row; parameters: ResultParameters }) {
  const isComplete = row.imputed.length === 0 && row.out_of_range.length === 0;
  return (
    <>
      {row.mayo_score !== null && <MayoScore score={row.mayo_score} />}
      <MissingValues row={row} parameters={parameters} />
      {/* The fitted models clamp values to the training range. The published formula does not. */}
      <OutOfRange {...{ row, parameters }} isClamped={parameters.scale !== 'score'} />
      {isComplete && <p class="hint">{text.value.result.nothingSpecial}</p>}
    </>
  );
}

function PatientLink({ row }: { row: Row }) {
  const words = text.value.plots.patient;
  const currentRoute = route.value;
  if (currentRoute.name !== 'prediction') return null;
  return (
    <p class="patient-link">
      <a href={addresses.patient(currentRoute.id, row.row)}>{words.open}</a>
    </p>
  );
}

function MayoScore({ score }: { score: number }) {
  const words = text.value.result;
  return (
    <>
      <h3>
        {words.mayoTitle}: <span class="number">{text.value.format.hundredth(score)}</span>
      </h3>
      <p class="hint">{words.mayoHint}</p>
    </>
  );
}

interface OutOfRangeProps {
  row: Row;
  parameters: ResultParameters;
  isClamped: boolean;
}

function OutOfRange({ row, parameters: { units }, isClamped }: OutOfRangeProps) {
  const words = text.value.result;
  if (row.out_of_range.length === 0) return null;
  return (
    <>
      <h3>{words.outOfRangeTitle}</h3>
      <p>{isClamped ? words.outOfRangeLead : words.outOfRangeLeadFormula}</p>
      <ul>
        {row.out_of_range.map(({ column, direction }) => {
          const settings = { fileUnit: units[column], system: unitSystem.value };
          const range = studyRangeText(columnByName(column), settings, text.value);
          return (
            <li key={column}>
              {columnTitle(column)}: {words[direction === 'above' ? 'above' : 'below'](range)}
            </li>
          );
        })}
      </ul>
    </>
  );
}
