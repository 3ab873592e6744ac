import { text } from '../../i18n';
import { addresses } from '../../lib/routes';

export const NOT_ENOUGH_COINS_ID = 'not-enough-coins';

/** The warning that coins are missing, with a link to get more. */
export function NotEnoughCoins({ missing }: { missing: number }) {
  const words = text.value;
  return (
    <p class="notice notice-warning" id={NOT_ENOUGH_COINS_ID}>
      {words.submission.notEnough(missing)} <a href={addresses.coins}>{words.coins.link}</a>
    </p>
  );
}
