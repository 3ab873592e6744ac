import { useEffect } from 'preact/hooks';
import { text } from '../i18n';
import { farewell } from '../state/account';

/** What leaving has come to; said once, on the start page. */
export function Farewell() {
  useEffect(() => forget, []);
  const said = farewell.value;
  if (said === null) return null;
  return (
    <p class="notice notice-good" role="status">
      {text.value.profile[said]}
    </p>
  );
}

function forget(): void {
  farewell.value = null;
}
