import type { Row } from '../../api/types';
import { text } from '../../i18n';
import type { Reading } from '../../lib/reading';
import { addresses } from '../../lib/routes';
import { route } from '../../state/route';
import { Contributions, columnTitle } from './Contributions';
import { MissingValues } from './MissingValues';
import { SurvivalTable } from './SurvivalTable';

export function PatientDetails({ row, reading }: { row: Row; reading: Reading }) {
  return (
    <div class="patient">
      <Contributions row={row} reading={reading} />
      <div class="patient-notes">
        <SurvivalTable row={row} />
        <PatientNotes row={row} reading={reading} />
        <PatientLink row={row} />
      </div>
    </div>
  );
}

export function PatientNotes({ row, reading }: { row: Row; reading: Reading }) {
  const isPlain = row.imputed.length === 0 && row.out_of_range.length === 0;
  return (
    <>
      {row.mayo_score !== null && <MayoScore score={row.mayo_score} />}
      <MissingValues row={row} />
      {/* The published formula knows no limits; the fitted models stop at what they have seen. */}
      <OutOfRange row={row} isClamped={reading.scale !== 'score'} />
      {isPlain && <p class="hint">{text.value.result.nothingSpecial}</p>}
    </>
  );
}

function PatientLink({ row }: { row: Row }) {
  const words = text.value.plots.patient;
  const shown = route.value;
  if (shown.name !== 'prediction') return null;
  return (
    <p class="patient-link">
      <a href={addresses.patient(shown.id, row.row)}>
        {row.survival.length > 0 ? words.open : words.openPlain}
      </a>
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

function OutOfRange({ row, isClamped }: { row: Row; isClamped: boolean }) {
  const words = text.value.result;
  if (row.out_of_range.length === 0) return null;
  return (
    <>
      <h3>{words.outOfRangeTitle}</h3>
      <p>{isClamped ? words.outOfRangeLead : words.outOfRangeLeadFormula}</p>
      <ul>
        {row.out_of_range.map(({ column, direction }) => (
          <li key={column}>
            {columnTitle(column)}: {direction === 'above' ? words.above : words.below}
          </li>
        ))}
      </ul>
    </>
  );
}
