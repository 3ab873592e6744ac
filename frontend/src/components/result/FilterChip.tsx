import type { ComponentChildren } from 'preact';
import { text } from '../../i18n';
import { type Arrangement, NO_FILTER } from '../../lib/rowTable';
import { arrange, type TableViewState } from '../../state/tableView';
import { focusTable } from './TableTitle';

interface Props {
  view: TableViewState;
  count: number;
  children?: ComponentChildren;
}

/** The filters of the table in words, with the number of patients, and a button to clear them. */
export function FilterChip({ view, count, children }: Props) {
  const words = text.value.tableFilter;
  return (
    <p class="filter-chip">
      <span>{words.active(filterTexts(view.value.arrangement), count)}</span>
      {children}
      <button
        type="button"
        class="link-button"
        onClick={() => {
          focusTable();
          arrange(view, NO_FILTER);
        }}
      >
        {words.clear}
      </button>
    </p>
  );
}

function filterTexts({ range, imputed, outOfRange }: Arrangement): string[] {
  const words = text.value.tableFilter;
  return [
    ...(range ? [words.range(range.from, range.to)] : []),
    ...(imputed ? [words.imputed] : []),
    ...(outOfRange ? [words.outOfRange] : []),
  ];
}
