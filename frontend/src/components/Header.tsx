import { text } from '../i18n';
import { addresses, type Route } from '../lib/routes';
import { route } from '../state/route';
import { balance, isLoggedIn, logOut } from '../state/session';
import { LanguageSwitch } from './LanguageSwitch';

export function Header() {
  const words = text.value.shell;
  return (
    <header class="header">
      <div class="header-inner">
        <a class="brand" href={addresses.landing} aria-label={words.productHome}>
          <Mark />
          <span>{words.product}</span>
        </a>
        <nav class="navigation" aria-label={words.mainNavigation}>
          {isLoggedIn.value ? <AccountLinks /> : <VisitorLinks />}
        </nav>
        <LanguageSwitch />
      </div>
    </header>
  );
}

function AccountLinks() {
  const words = text.value.shell;
  return (
    <>
      <NavigationLink to={addresses.new} name="new" label={words.newPrediction} />
      <NavigationLink to={addresses.history} name="history" label={words.predictions} />
      {balance.value !== null && (
        <span class="balance" aria-live="polite">
          {words.balance(balance.value)}
        </span>
      )}
      <button type="button" class="link-button" onClick={logOut}>
        {words.logOut}
      </button>
    </>
  );
}

function VisitorLinks() {
  const words = text.value.shell;
  return (
    <>
      <NavigationLink to={addresses.login} name="login" label={words.logIn} />
      <NavigationLink to={addresses.register} name="register" label={words.register} />
    </>
  );
}

function NavigationLink({ to, name, label }: { to: string; name: Route['name']; label: string }) {
  return (
    <a href={to} aria-current={route.value.name === name ? 'page' : undefined}>
      {label}
    </a>
  );
}

/** The page's sign: an interval with its estimate. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect class="mark-ground" width="32" height="32" rx="7" />
      <path class="mark-axis" d="M6 22h20M6 19v6M26 19v6" />
      <rect class="mark-bar" x="10" y="10" width="13" height="6" rx="3" />
      <path class="mark-point" d="M17 7v12" />
    </svg>
  );
}
