import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../../api/problem';

interface Page<Item> {
  items: Item[];
  next: string | null;
}

/**
 * Load a list page by page. The first page is loaded at once.
 * `fetchPage` must be a stable function: a new one starts the list again. `kept` are pages that were
 * loaded before, and the cursor of the next one. Then nothing is loaded at first.
 */
export function usePages<Item>(
  fetchPage: (cursor: string | null) => Promise<Page<Item>>,
  kept: { items: Item[]; cursor: string | null } | null = null,
) {
  const [items, setItems] = useState<Item[] | null>(kept?.items ?? null);
  const [cursor, setCursor] = useState<string | null>(kept?.cursor ?? null);
  const isKept = useRef(kept !== null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isLoading, setIsLoading] = useState(false);
  const latestRequest = useRef(0);

  const loadFrom = useCallback(
    async (from: string | null) => {
      latestRequest.current += 1;
      const request = latestRequest.current;
      setIsLoading(true);
      setProblem(null);
      try {
        const page = await fetchPage(from);
        // The list has been reloaded since.
        if (request !== latestRequest.current) return;
        setItems((shown) => [...((from !== null && shown) || []), ...page.items]);
        setCursor(page.next);
      } catch (thrown) {
        if (request === latestRequest.current) setProblem(problemOf(thrown));
      } finally {
        if (request === latestRequest.current) setIsLoading(false);
      }
    },
    [fetchPage],
  );

  useEffect(() => {
    if (!isKept.current) void loadFrom(null);
    isKept.current = false;
  }, [loadFrom]);

  return {
    items,
    setItems,
    cursor,
    problem,
    isLoading,
    hasMore: cursor !== null,
    loadMore: () => void loadFrom(cursor),
    reload: () => void loadFrom(null),
  };
}
