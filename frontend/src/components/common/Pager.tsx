import { text } from '../../i18n';

interface Props {
  page: number;
  pages: number;
  onPage: (page: number) => void;
}

/** Buttons to the previous and the next page of a table. */
export function Pager({ page, pages, onPage }: Props) {
  const words = text.value.result;
  if (pages <= 1) return null;
  return (
    <nav class="pager" aria-label={words.pages}>
      <button
        type="button"
        class="button button-quiet"
        disabled={page === 0}
        onClick={() => onPage(page - 1)}
      >
        {words.previous}
      </button>
      <span aria-live="polite">{words.page(page + 1, pages)}</span>
      <button
        type="button"
        class="button button-quiet"
        disabled={page >= pages - 1}
        onClick={() => onPage(page + 1)}
      >
        {words.next}
      </button>
    </nav>
  );
}
