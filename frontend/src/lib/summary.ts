// The summary of a result in a few numbers.

import type { Summary } from '../api/types';
import type { Dictionary } from '../i18n';
import { estimateNumber, nearlyYears } from './interval';

/** Return the names of the numbers and the numbers. All are of the patients with an estimate. */
export function summaryFigures(
  summary: Summary,
  horizon: number,
  dictionary: Dictionary,
): [name: string, value: string][] {
  const { result: words, format } = dictionary;
  const skipped = summary.skipped_rows ?? 0;
  const predicted = format.whole(summary.rows - skipped);
  return [
    ...(skipped > 0
      ? ([
          [words.summaryPredicted, predicted],
          [words.summarySkipped, format.whole(skipped)],
        ] satisfies [string, string][])
      : ([[words.summaryRows, predicted]] satisfies [string, string][])),
    [words.summaryMean, nearlyYears(summary.mean_years, horizon, dictionary)],
    [words.summaryMedian, nearlyYears(summary.median_years, horizon, dictionary)],
    [
      words.summaryRange,
      words.fromTo(
        estimateNumber(summary.minimum_years, horizon, dictionary),
        nearlyYears(summary.maximum_years, horizon, dictionary),
      ),
    ],
    [words.summaryImputed, format.whole(summary.imputed_rows)],
    [words.summaryOutOfRange, format.whole(summary.out_of_range_rows)],
  ];
}
