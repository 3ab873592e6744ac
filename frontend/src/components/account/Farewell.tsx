import { useEffect } from 'preact/hooks';
import { text } from '../../i18n';
import { farewell } from '../../state/account';
import { isLoggedIn } from '../../state/session';

/** What leaving has come to; said once, where the person is by then. */
export function Farewell() {
  useEffect(() => forget, []);
  const said = farewell.value;
  if (said === null || isLoggedIn.value) return null;
  return (
    <p class={`notice ${said === 'notEnded' ? 'notice-warning' : 'notice-good'}`} role="status">
      {text.value.profile[said]}
    </p>
  );
}

function forget(): void {
  farewell.value = null;
}
