import type { Row } from '../api/types';
import { localised, text } from '../i18n';
import { placeContribution } from '../lib/axis';
import { columnByName } from '../state/catalogue';

/** Baseline + contributions = estimate, as bars to both sides of a middle line. */
export function Contributions({ row, horizon }: { row: Row; horizon: number }) {
  const words = text.value.result;
  const { format } = text.value;
  const largest = Math.max(0, ...row.contributions.map((each) => Math.abs(each.years)));
  const sum = row.contributions.reduce((total, each) => total + each.years, row.baseline);
  return (
    <div class="contributions">
      <h3>{words.contributions}</h3>
      <dl>
        <div class="contribution contribution-total">
          <dt>{words.baseline}</dt>
          <dd>{words.years(row.baseline)}</dd>
        </div>
        {row.contributions.map((each) => (
          <div key={each.column} class="contribution">
            <dt>{columnTitle(each.column)}</dt>
            <dd>
              <ContributionBar years={each.years} largest={largest} />
              <span class="number">{format.signedTenth(each.years)}</span>
            </dd>
          </div>
        ))}
        <div class="contribution contribution-total">
          <dt>{words.contributionsTotal}</dt>
          <dd>{words.years(row.years)}</dd>
        </div>
      </dl>
      {(sum < 0 || sum > horizon) && <p class="hint">{words.clipped(horizon)}</p>}
    </div>
  );
}

function ContributionBar({ years, largest }: { years: number; largest: number }) {
  const bar = placeContribution(years, largest);
  return (
    <svg width="100%" height="14" aria-hidden="true">
      <rect
        class={years < 0 ? 'contribution-loss' : 'contribution-gain'}
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
