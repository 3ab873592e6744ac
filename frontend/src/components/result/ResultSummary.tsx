import type { Summary } from '../../api/types';
import { text } from '../../i18n';
import { summaryFigures } from '../../lib/summary';

/** The summary of a result in a few numbers. */
export function ResultSummary({ summary }: { summary: Summary }) {
  return (
    <dl class="figures">
      {summaryFigures(summary, text.value).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
