import type { Contribution, ContributionScale, Row } from '../../api/types';
import { text } from '../../i18n';
import { placeContribution } from '../../lib/axis';
import { contributionTotal, effectOf, hazardRatio } from '../../lib/patientRow';
import type { ResultParameters } from '../../lib/resultParameters';
import { columnTitle } from '../../state/catalogue';

/** The contributions as bars, from the baseline to the estimate. */
export function Contributions({ row, parameters }: { row: Row; parameters: ResultParameters }) {
  const words = text.value.result;
  const { scale, horizon } = parameters;
  const scaleWords = words.scales[scale];
  const largest = Math.max(0, ...row.contributions.map(({ value }) => Math.abs(value)));
  const total = contributionTotal(row);
  const ratio = hazardRatio(row, scale);
  return (
    <div class="contributions">
      <h3>{words.contributions}</h3>
      <p class="hint">{scaleWords.lead}</p>
      <dl>
        <div class="contribution contribution-total">
          <dt>{words.baseline}</dt>
          <dd>{scaleWords.amount(row.baseline)}</dd>
        </div>
        {row.contributions.map((contribution) => (
          <ContributionLine key={contribution.column} {...{ contribution, scale, largest }} />
        ))}
        <div class="contribution contribution-total">
          <dt>{scaleWords.total}</dt>
          <dd>{scaleWords.amount(scale === 'years' ? row.years : total)}</dd>
        </div>
      </dl>
      <p class="hint">{words.rounded}</p>
      {ratio !== null && <p>{words.hazardRatio(ratio)}</p>}
      {scale === 'years' && (total < 0 || total > horizon) && (
        <p class="hint">{words.clipped(horizon)}</p>
      )}
    </div>
  );
}

interface LineProps {
  contribution: Contribution;
  scale: ContributionScale;
  largest: number;
}

function ContributionLine({ contribution, scale, largest }: LineProps) {
  const words = text.value.result.scales[scale];
  const { column, value } = contribution;
  const effect = effectOf(value, scale);
  return (
    <div class="contribution">
      <dt>
        {columnTitle(column)}{' '}
        {effect !== 'none' && <span class="contribution-effect">{words[effect]}</span>}
      </dt>
      <dd>
        <ContributionBar
          value={effect === 'none' ? 0 : value}
          isBad={effect === 'worse'}
          largest={largest}
        />
        <span class="number">{words.part(value)}</span>
      </dd>
    </div>
  );
}

/**
 * A bar whose side shows the sign of the value, and whose colour shows whether it is good or bad.
 */
function ContributionBar(props: { value: number; isBad: boolean; largest: number }) {
  const bar = placeContribution(props.value, props.largest);
  return (
    <svg width="100%" height="14" aria-hidden="true">
      <rect
        class={props.isBad ? 'contribution-loss' : 'contribution-gain'}
        x={`${bar.start}%`}
        y="2"
        width={`${bar.width}%`}
        height="10"
      />
      <line class="interval-axis" x1="50%" x2="50%" y1="0" y2="14" />
    </svg>
  );
}
