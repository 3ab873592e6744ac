import { text } from '../../i18n';

const ID = 'table-title';

/** The heading above the table of patients. It takes the focus of controls that are gone. */
export function TableTitle() {
  return (
    <h3 class="table-title" id={ID} tabIndex={-1}>
      {text.value.result.tableCaption}
    </h3>
  );
}

/** Move the focus to the table of patients, and its title to the top of the window if wanted. */
export function focusTable(toTop = false): void {
  const title = document.getElementById(ID);
  if (toTop) title?.scrollIntoView();
  title?.focus({ preventScroll: toTop });
}
