import { text } from '../../i18n';
import { addresses } from '../../lib/routes';

/** The notice in place of a result whose files were deleted. */
export function FilesDeleted({ at }: { at: string }) {
  const { actions, format, prediction } = text.value;
  return (
    <section class="end">
      <p class="notice">{actions.filesDeletedAt(format.date(at))}</p>
      <a class="button" href={addresses.new}>
        {prediction.another}
      </a>
    </section>
  );
}
