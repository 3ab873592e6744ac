import { ScreenTitle } from '../components/common/ScreenTitle';
import { text } from '../i18n';
import { addresses } from '../lib/routes';

/** The screen for unknown addresses. */
export function NotFound() {
  const words = text.value.notFound;
  return (
    <>
      <ScreenTitle>{words.title}</ScreenTitle>
      <a class="button" href={addresses.landing}>
        {words.home}
      </a>
    </>
  );
}
