import type { Problem } from '../../api/problem';
import { text } from '../../i18n';
import { ProblemNotice } from './ProblemNotice';

interface Props {
  pages: { problem: Problem | null; isLoading: boolean; hasMore: boolean; loadMore: () => void };
  more: string;
}

/** What stands below a list that comes in pages. */
export function PagesEnd({ pages, more }: Props) {
  if (pages.isLoading) return <p role="status">{text.value.shell.loading}</p>;
  if (pages.problem) return <ProblemNotice problem={pages.problem} onRetry={pages.loadMore} />;
  if (!pages.hasMore) return null;
  return (
    <button type="button" class="button button-quiet" onClick={pages.loadMore}>
      {more}
    </button>
  );
}
