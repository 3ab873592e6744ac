import { Farewell } from '../components/account/Farewell';
import { LogInForm } from '../components/account/LogInForm';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { text } from '../i18n';
import { addresses } from '../lib/routes';
import { logIn } from '../state/session';

/** Also shown in place of a screen that needs an account: its address stays. */
export function LogIn({ isOnTheWay }: { isOnTheWay: boolean }) {
  const words = text.value.account;
  return (
    <div class="narrow">
      <Farewell />
      <ScreenTitle>{words.loginTitle}</ScreenTitle>
      {isOnTheWay && <p class="lead">{words.loginToGoOn}</p>}
      <LogInForm idPrefix="login" onSubmit={logIn} />
      <p>
        {words.noAccount} <a href={addresses.register}>{text.value.shell.register}</a>
      </p>
    </div>
  );
}
