import type { Summary } from '../../api/types';
import { text } from '../../i18n';
import { summaryFigures } from '../../lib/summary';

/** The summary of a result in a few numbers. */
export function ResultSummary({ summary, horizon }: { summary: Summary; horizon: number }) {
  return (
    <dl class="figures">
      {summaryFigures(summary, horizon, text.value).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
