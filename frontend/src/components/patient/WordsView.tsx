import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { estimateText, intervalText } from '../../lib/interval';
import type { ResultParameters } from '../../lib/resultParameters';
import { frameAt, framesOf } from '../../lib/survivalFrames';
import { AxisLabels, IntervalBar } from '../plots/IntervalBar';
import { IntervalNotes } from './IntervalNotes';

interface Props {
  row: Row;
  parameters: ResultParameters;
}

/** A patient's estimate in three sentences: survival, the expected years, and the interval. */
export function WordsView({ row, parameters }: Props) {
  const words = text.value.patientPage;
  const { horizon } = parameters;
  const frame = frameAt(framesOf(row, horizon), null);
  return (
    <>
      {frame && <p class="plain-sentence">{words.frame(frame.years, frame.alive)}</p>}
      <EstimateSentences {...{ row, parameters }} />
      <IntervalBar estimate={row} horizon={horizon} />
      <AxisLabels horizon={horizon} />
      <IntervalNotes row={row} parameters={parameters} />
    </>
  );
}

/** The expected years, what they are not, their interval, and what makes them less certain. */
export function EstimateSentences({ row, parameters: { horizon } }: Props) {
  const { interval, patientPage: words, result } = text.value;
  const reasons = [
    row.imputed.length > 0 && result.imputed(row.imputed.length),
    row.out_of_range.length > 0 && result.outOfRange(row.out_of_range.length),
  ].filter((reason) => reason !== false);
  return (
    <>
      <p class="plain-sentence">
        {words.expected(estimateText(row.years, horizon, text.value))}
        <span class="not-life-expectancy">{interval.estimate.notLifeExpectancy(horizon)}</span>
      </p>
      <p class="words-interval">
        {interval.label} <strong>{intervalText(row, horizon, text.value)}</strong>
      </p>
      {reasons.length > 0 && <p class="hint">{words.lessCertain(reasons)}</p>}
    </>
  );
}
