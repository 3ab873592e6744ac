import type { Row } from '../api/types';
import { text } from '../i18n';
import { Contributions, columnTitle } from './Contributions';

export function PatientDetails({ row, horizon }: { row: Row; horizon: number }) {
  const words = text.value.result;
  const isPlain = row.imputed.length === 0 && row.out_of_range.length === 0;
  return (
    <div class="patient">
      <Contributions row={row} horizon={horizon} />
      <div class="patient-notes">
        {row.imputed.length > 0 && (
          <>
            <h3>{words.imputedTitle}</h3>
            <p>{words.imputedLead}</p>
            <ul>
              {row.imputed.map((column) => (
                <li key={column}>{columnTitle(column)}</li>
              ))}
            </ul>
          </>
        )}
        {row.out_of_range.length > 0 && (
          <>
            <h3>{words.outOfRangeTitle}</h3>
            <p>{words.outOfRangeLead}</p>
            <ul>
              {row.out_of_range.map(({ column, direction }) => (
                <li key={column}>
                  {columnTitle(column)}: {direction === 'above' ? words.above : words.below}
                </li>
              ))}
            </ul>
          </>
        )}
        {isPlain && <p class="hint">{words.nothingSpecial}</p>}
      </div>
    </div>
  );
}
