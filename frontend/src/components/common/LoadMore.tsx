import type { Problem } from '../../api/problem';
import { Loading } from './Loading';
import { ProblemNotice } from './ProblemNotice';

interface Props {
  pages: { problem: Problem | null; isLoading: boolean; hasMore: boolean; loadMore: () => void };
  label: string;
}

/**
 * The end of a list that is loaded page by page: a button for the next page, or why there is none.
 */
export function LoadMore({ pages, label }: Props) {
  if (pages.isLoading) return <Loading />;
  if (pages.problem) return <ProblemNotice problem={pages.problem} onRetry={pages.loadMore} />;
  if (!pages.hasMore) return null;
  return (
    <button type="button" class="button button-quiet" onClick={pages.loadMore}>
      {label}
    </button>
  );
}
