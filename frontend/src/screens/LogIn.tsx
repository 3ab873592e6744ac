import { LogInForm } from '../components/account/LogInForm';
import { LogOutNotice } from '../components/account/LogOutNotice';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { text } from '../i18n';
import { addresses } from '../lib/routes';
import { logIn } from '../state/session';

/**
 * The log-in screen. It also replaces screens that need an account, whose address stays the same.
 */
export function LogIn({ isRedirected }: { isRedirected: boolean }) {
  const words = text.value.account;
  return (
    <div class="narrow">
      <LogOutNotice />
      <ScreenTitle>{words.loginTitle}</ScreenTitle>
      {isRedirected && <p class="lead">{words.loginRequired}</p>}
      <LogInForm idPrefix="login" onSubmit={logIn} />
      <p>
        {words.noAccount} <a href={addresses.register}>{text.value.shell.register}</a>
      </p>
    </div>
  );
}
