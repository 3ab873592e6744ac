import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { placeOnAxis } from '../../lib/axis';
import { medianOf } from '../../lib/patientRow';

/** The survival curve as a table, and its median. */
export function SurvivalTable({ row }: { row: Row }) {
  const words = text.value.result;
  const { format } = text.value;
  const median = medianOf(row);
  if (median === null) return null;
  return (
    <>
      <h3>{words.survivalTitle}</h3>
      <table class="survival">
        <thead>
          <tr>
            <th scope="col">{words.survivalTime}</th>
            <th scope="col" colSpan={2}>
              {words.survivalProbability}
            </th>
          </tr>
        </thead>
        <tbody>
          {row.survival.map(({ years, probability }) => (
            <tr key={years}>
              <th scope="row" class="number">
                {words.survivalYears(years)}
              </th>
              <td class="number">{format.percent(probability)}</td>
              <td class="survival-bar">
                <ProbabilityBar probability={probability} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{'years' in median ? words.median(median.years) : words.medianBeyond(median.beyond)}</p>
    </>
  );
}

function ProbabilityBar({ probability }: { probability: number }) {
  return (
    <svg width="100%" height="12" aria-hidden="true">
      <rect class="interval-range" width={`${placeOnAxis(probability, 1)}%`} height="12" rx="2" />
    </svg>
  );
}
