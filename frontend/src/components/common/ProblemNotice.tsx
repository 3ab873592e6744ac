import { isUnexpected, type Problem } from '../../api/problem';
import { text } from '../../i18n';
import { addresses } from '../../lib/routes';
import { problemSentence } from '../../lib/sentences';
import { FindingsTable } from './FindingsTable';

interface Props {
  problem: Problem;
  onRetry?: () => void;
}

/** A notice with the sentence of a problem, its findings, and a button to try again. */
export function ProblemNotice({ problem, onRetry }: Props) {
  const dictionary = text.value;
  return (
    <div class="notice notice-error" role="alert">
      <p class="notice-sentence">{problemSentence(problem, dictionary)}</p>
      {problem.findings.length > 0 && (
        <FindingsTable findings={problem.findings} total={problem.findingsTotal} />
      )}
      {problem.code === 'not_enough_coins' && (
        <p>
          <a href={addresses.coins}>{dictionary.coins.link}</a>
        </p>
      )}
      {problem.badRows && (
        <details>
          <summary>{dictionary.problems.badRows}</summary>
          <p class="bad-rows">{problem.badRows}</p>
        </details>
      )}
      {onRetry && (
        <button type="button" class="button button-quiet" onClick={onRetry}>
          {dictionary.problems.tryAgain}
        </button>
      )}
      {problem.requestId && isUnexpected(problem) && (
        <p class="request-id">
          {dictionary.problems.requestId}: <code>{problem.requestId}</code>
        </p>
      )}
    </div>
  );
}
