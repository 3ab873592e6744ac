// The summary of a patient's estimate as plain text, for the clipboard.

import type { Prediction, Row } from '../api/types';
import type { Dictionary } from '../i18n';
import { estimateText, intervalSentences, intervalText } from './interval';
import type { ResultParameters } from './resultParameters';
import { framesOf } from './survivalFrames';

interface Summarised {
  row: Row;
  prediction: Prediction;
  parameters: ResultParameters;
  modelTitle: string;
  columnTitle: (column: string) => string;
}

/** Return the summary. It has neither the patient's ID nor the name of the file. */
export function patientSummary(
  { row, prediction, parameters, modelTitle, columnTitle }: Summarised,
  dictionary: Dictionary,
): string {
  const { format, interval, patientPage: words, result } = dictionary;
  const { horizon } = parameters;
  const { meaning, note } = intervalSentences(row, parameters, dictionary);
  const frames = framesOf(row, horizon);
  const titles = (columns: readonly string[]) => columns.map(columnTitle).join('; ');
  return [
    words.summary.title,
    `${result.estimand(horizon)}.`,
    '',
    `${words.expected(estimateText(row.years, horizon, dictionary))} ${interval.estimate.notLifeExpectancy(horizon)}`,
    `${interval.label} ${intervalText(row, horizon, dictionary)}. ${meaning}`,
    ...(note === null ? [] : [note]),
    ...frames.map(({ years, alive }) => words.frame(years, alive)),
    ...(frames.length === 0 ? [words.noCurve] : []),
    ...(row.imputed.length > 0 ? [`${result.imputedTitle}: ${titles(row.imputed)}.`] : []),
    ...(row.out_of_range.length > 0
      ? [`${result.outOfRangeTitle}: ${titles(row.out_of_range.map(({ column }) => column))}.`]
      : []),
    '',
    words.model(modelTitle, prediction.model_version),
    words.date(format.dateTime(prediction.prediction_date)),
    words.madeFrom[madeFrom(parameters)],
    words.udca,
    words.otherTrial,
    words.summary.research,
  ].join('\n');
}

/** Return which patients a model was made from: the published score has its own. */
export function madeFrom({ scale }: Pick<ResultParameters, 'scale'>): 'score' | 'study' {
  return scale === 'score' ? 'score' : 'study';
}
