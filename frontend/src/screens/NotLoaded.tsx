import { ScreenTitle } from '../components/common/ScreenTitle';
import { text } from '../i18n';

/** The screen for a chunk that could not be loaded, for example after a new release. */
export function NotLoaded({ onRetry }: { onRetry: () => void }) {
  const words = text.value.notLoaded;
  return (
    <>
      <ScreenTitle>{words.title}</ScreenTitle>
      <div class="notice notice-error" role="alert">
        <p>{words.lead}</p>
        <p class="actions">
          <button type="button" class="button" onClick={onRetry}>
            {text.value.problems.tryAgain}
          </button>
          <button type="button" class="button button-quiet" onClick={() => location.reload()}>
            {words.reload}
          </button>
        </p>
      </div>
    </>
  );
}
