import type { Summary } from '../../api/types';
import { text } from '../../i18n';

/** The summary of a result in a few numbers. */
export function ResultSummary({ summary }: { summary: Summary }) {
  const words = text.value.result;
  const { format } = text.value;
  const figures: [name: string, value: string][] = [
    [words.summaryRows, format.whole(summary.rows)],
    [words.summaryMean, words.years(summary.mean_years)],
    [words.summaryMedian, words.years(summary.median_years)],
    [words.summaryRange, words.toYears(summary.minimum_years, summary.maximum_years)],
    [words.summaryImputed, format.whole(summary.imputed_rows)],
    [words.summaryOutOfRange, format.whole(summary.out_of_range_rows)],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
