import { useEffect } from 'preact/hooks';
import { text } from '../../i18n';
import { logOutNotice } from '../../state/account';
import { isLoggedIn } from '../../state/session';

/** The notice about how the session ended. It disappears when the user leaves the screen. */
export function LogOutNotice() {
  useEffect(() => clearNotice, []);
  const notice = logOutNotice.value;
  if (notice === null || isLoggedIn.value) return null;
  return (
    <p
      class={`notice ${notice === 'sessionNotEnded' ? 'notice-warning' : 'notice-good'}`}
      role="status"
    >
      {text.value.profile[notice]}
    </p>
  );
}

function clearNotice(): void {
  logOutNotice.value = null;
}
