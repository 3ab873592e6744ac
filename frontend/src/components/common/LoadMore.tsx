import type { Problem } from '../../api/problem';
import { text } from '../../i18n';
import { ProblemNotice } from './ProblemNotice';

interface Props {
  pages: { problem: Problem | null; isLoading: boolean; hasMore: boolean; loadMore: () => void };
  label: string;
}

/**
 * The end of a list that is loaded page by page: a button for the next page, or why there is none.
 */
export function LoadMore({ pages, label }: Props) {
  if (pages.isLoading) return <p role="status">{text.value.shell.loading}</p>;
  if (pages.problem) return <ProblemNotice problem={pages.problem} onRetry={pages.loadMore} />;
  if (!pages.hasMore) return null;
  return (
    <button type="button" class="button button-quiet" onClick={pages.loadMore}>
      {label}
    </button>
  );
}
