import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../../api/problem';

interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** A list that comes in pages, the first one at once. `fetchPage` must stay the same function. */
export function usePages<Item>(fetchPage: (cursor: string | null) => Promise<Page<Item>>) {
  const [items, setItems] = useState<Item[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isLoading, setIsLoading] = useState(false);
  const latest = useRef(0);

  const loadFrom = useCallback(
    async (from: string | null) => {
      latest.current += 1;
      const mine = latest.current;
      setIsLoading(true);
      setProblem(null);
      try {
        const page = await fetchPage(from);
        // The list was begun anew in the meantime.
        if (mine !== latest.current) return;
        setItems((shown) => [...((from !== null && shown) || []), ...page.items]);
        setCursor(page.next);
      } catch (thrown) {
        if (mine === latest.current) setProblem(problemOf(thrown));
      } finally {
        if (mine === latest.current) setIsLoading(false);
      }
    },
    [fetchPage],
  );

  useEffect(() => void loadFrom(null), [loadFrom]);

  return {
    items,
    setItems,
    problem,
    isLoading,
    hasMore: cursor !== null,
    loadMore: () => void loadFrom(cursor),
    reload: () => void loadFrom(null),
  };
}
