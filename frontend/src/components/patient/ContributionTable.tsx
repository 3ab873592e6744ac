import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { contributionTotal, effectOf } from '../../lib/patientRow';
import type { ResultParameters } from '../../lib/resultParameters';
import { columnTitle } from '../../state/catalogue';

/** The contributions as numbers, from the baseline to the estimate. */
export function ContributionTable({ row, parameters }: { row: Row; parameters: ResultParameters }) {
  const { patientPage, result } = text.value;
  const words = patientPage.contributions;
  const { scale } = parameters;
  const scaleWords = result.scales[scale];
  return (
    <table class="contribution-table">
      <caption>{result.contributions}</caption>
      <thead>
        <tr>
          <th scope="col">{words.value}</th>
          <th scope="col" class="number">
            {words.amount}
          </th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{result.baseline}</th>
          <td class="number">{scaleWords.amount(row.baseline)}</td>
        </tr>
        {row.contributions.map(({ column, value }) => {
          const effect = effectOf(value, scale);
          return (
            <tr key={column}>
              <th scope="row">
                {columnTitle(column)}{' '}
                {effect !== 'none' && <span class="contribution-effect">{scaleWords[effect]}</span>}
              </th>
              <td class="number">{scaleWords.part(value)}</td>
            </tr>
          );
        })}
        <tr>
          <th scope="row">{scaleWords.total}</th>
          <td class="number">
            {scaleWords.amount(scale === 'years' ? row.years : contributionTotal(row))}
          </td>
        </tr>
      </tbody>
    </table>
  );
}
