import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { estimateText, intervalText } from '../../lib/interval';
import type { ResultParameters } from '../../lib/resultParameters';
import { frameAt, framesOf } from '../../lib/survivalFrames';
import { AxisLabels, IntervalBar } from '../plots/IntervalBar';
import { IntervalNotes } from './IntervalNotes';

/** A patient's estimate in three sentences: survival, the expected years, and the interval. */
export function WordsView({ row, parameters }: { row: Row; parameters: ResultParameters }) {
  const { interval, patientPage: words } = text.value;
  const { horizon } = parameters;
  const frame = frameAt(framesOf(row, horizon), null);
  return (
    <>
      {frame && <p class="plain-sentence">{words.frame(frame.years, frame.alive)}</p>}
      <p class="plain-sentence">
        {words.expected(estimateText(row.years, horizon, text.value))}
        <span class="not-life-expectancy">{interval.estimate.notLifeExpectancy(horizon)}</span>
      </p>
      <p class="words-interval">
        {interval.label} <strong>{intervalText(row, horizon, text.value)}</strong>
      </p>
      <IntervalBar estimate={row} horizon={horizon} />
      <AxisLabels horizon={horizon} />
      <IntervalNotes row={row} parameters={parameters} />
    </>
  );
}
