import type { Row } from '../api/types';
import { text } from '../i18n';
import type { Reading } from '../lib/reading';
import { Contributions, columnTitle } from './Contributions';
import { MissingValues } from './MissingValues';
import { SurvivalTable } from './SurvivalTable';

export function PatientDetails({ row, reading }: { row: Row; reading: Reading }) {
  const words = text.value.result;
  const isPlain = row.imputed.length === 0 && row.out_of_range.length === 0;
  return (
    <div class="patient">
      <Contributions row={row} reading={reading} />
      <div class="patient-notes">
        <SurvivalTable row={row} />
        {row.mayo_score !== null && <MayoScore score={row.mayo_score} />}
        <MissingValues row={row} />
        {/* The published formula knows no limits; the fitted models stop at what they have seen. */}
        <OutOfRange row={row} isClamped={reading.scale !== 'score'} />
        {isPlain && <p class="hint">{words.nothingSpecial}</p>}
      </div>
    </div>
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
