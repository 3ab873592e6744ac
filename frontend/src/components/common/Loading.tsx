import { text } from '../../i18n';

/** Says that something is being loaded. It is not printed. */
export function Loading({ sentence = text.value.shell.loading }: { sentence?: string }) {
  return (
    <p role="status" class="loading">
      {sentence}
    </p>
  );
}
