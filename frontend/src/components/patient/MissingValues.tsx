import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { type Gap, gapsOf } from '../../lib/patient';
import { columnTitle } from './Contributions';

/** What was not measured, what measuring it could change, and where to begin. */
export function MissingValues({ row }: { row: Row }) {
  const words = text.value.result;
  const gaps = gapsOf(row);
  if (gaps.length === 0) return null;
  return (
    <>
      <h3>{words.imputedTitle}</h3>
      <p>{words.imputedLead}</p>
      {row.measure_first !== null && (
        <p>
          {words.measureFirst} <strong>{columnTitle(row.measure_first)}</strong>
        </p>
      )}
      <ul>
        {gaps.map((gap) => (
          <li key={gap.column}>{gapSentence(gap)}</li>
        ))}
      </ul>
      {gaps.some((gap) => gap.kind === 'range') && <p class="hint">{words.ifMeasuredHint}</p>}
    </>
  );
}

function gapSentence(gap: Gap): string {
  const words = text.value.result;
  const title = columnTitle(gap.column);
  switch (gap.kind) {
    case 'unknown':
      return title;
    case 'unused':
      return `${title}: ${words.ifMeasuredUnused}`;
    case 'unchanged':
      return `${title}: ${words.ifMeasuredUnchanged}`;
    case 'range':
      return `${title}: ${words.ifMeasured(gap.low, gap.high)}`;
  }
}
