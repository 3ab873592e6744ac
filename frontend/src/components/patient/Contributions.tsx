import type { Contribution, ContributionScale, Row } from '../../api/types';
import { localised, text } from '../../i18n';
import { placeContribution } from '../../lib/axis';
import { effectOf, hazardRatio, sumOf } from '../../lib/patient';
import type { Reading } from '../../lib/reading';
import { columnByName } from '../../state/catalogue';

/** Baseline + contributions = estimate, as bars to both sides of a middle line. */
export function Contributions({ row, reading }: { row: Row; reading: Reading }) {
  const words = text.value.result;
  const { scale, horizon } = reading;
  const scaleWords = words.scales[scale];
  const largest = Math.max(0, ...row.contributions.map((each) => Math.abs(each.value)));
  const sum = sumOf(row);
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
        {row.contributions.map((each) => (
          <ContributionLine key={each.column} {...{ each, scale, largest }} />
        ))}
        <div class="contribution contribution-total">
          <dt>{scaleWords.total}</dt>
          <dd>{scaleWords.amount(scale === 'years' ? row.years : sum)}</dd>
        </div>
      </dl>
      <p class="hint">{words.rounded}</p>
      {ratio !== null && <p>{words.hazardRatio(ratio)}</p>}
      {scale === 'years' && (sum < 0 || sum > horizon) && (
        <p class="hint">{words.clipped(horizon)}</p>
      )}
    </div>
  );
}

interface LineProps {
  each: Contribution;
  scale: ContributionScale;
  largest: number;
}

function ContributionLine({ each, scale, largest }: LineProps) {
  const words = text.value.result.scales[scale];
  const effect = effectOf(each.value, scale);
  return (
    <div class="contribution">
      <dt>
        {columnTitle(each.column)}{' '}
        {effect !== 'none' && <span class="contribution-effect">{words[effect]}</span>}
      </dt>
      <dd>
        <ContributionBar
          value={effect === 'none' ? 0 : each.value}
          isBad={effect === 'worse'}
          largest={largest}
        />
        <span class="number">{words.part(each.value)}</span>
      </dd>
    </div>
  );
}

/** The side shows the sign, the colour whether that is good. */
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

export function columnTitle(name: string): string {
  const column = columnByName(name);
  return column ? localised(column.title) : name;
}
