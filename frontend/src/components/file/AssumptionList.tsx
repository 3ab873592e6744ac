import type { Assumption } from '../../api/types';
import { language, text } from '../../i18n';
import { assumptionLines } from '../../lib/assumptions';
import { columnByName } from '../../state/catalogue';

/** The assumptions that were made while reading a file, one line each. */
export function AssumptionList({ assumptions }: { assumptions: readonly Assumption[] }) {
  const context = { dictionary: text.value, language: language.value, columnByName };
  return (
    <ul>
      {assumptionLines(assumptions, context).map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
