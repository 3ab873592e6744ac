import { text } from '../../i18n';

/** A note that the published score could not be loaded, and a button to try again. */
export function LiveScoreNotLoaded({ onRetry }: { onRetry: () => void }) {
  return (
    <p>
      {text.value.values.live.notLoaded}{' '}
      <button type="button" class="link-button" onClick={onRetry}>
        {text.value.problems.tryAgain}
      </button>
    </p>
  );
}
