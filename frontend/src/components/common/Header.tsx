import { useEffect, useState } from 'preact/hooks';
import { text } from '../../i18n';
import { addresses, type Route } from '../../lib/routes';
import { logOut } from '../../state/account';
import { route } from '../../state/route';
import { balance, isLoggedIn, user } from '../../state/session';
import { LanguageSwitch } from './LanguageSwitch';

/**
 * The header of the page: product name, navigation and language switch. On a small screen a button
 * opens the navigation, so that the header does not cover the screen.
 */
export function Header() {
  const words = text.value.shell;
  const [isOpen, setIsOpen] = useState(false);
  const currentRoute = route.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the route is a trigger.
  useEffect(() => setIsOpen(false), [currentRoute]);
  return (
    <header class="header">
      <div class="header-inner">
        <a class="brand" href={addresses.landing} aria-label={words.productHome}>
          <Logo />
          <span>{words.product}</span>
        </a>
        <button
          type="button"
          class="menu-button"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setIsOpen(!isOpen)}
        >
          {words.menu}
        </button>
        <nav
          id="navigation"
          class={isOpen ? 'navigation navigation-open' : 'navigation'}
          aria-label={words.mainNavigation}
        >
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
        <span aria-live="polite">
          <a class="balance" {...current('coins')} href={addresses.coins}>
            {words.balance(balance.value)}
          </a>
        </span>
      )}
      <AccountLink />
      <button type="button" class="link-button" onClick={() => void logOut()}>
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

function AccountLink() {
  const words = text.value.profile;
  const name = user.value?.name;
  return (
    <a
      class="account-link"
      href={addresses.account}
      {...current('account')}
      {...(name && { 'aria-label': words.linkLabel(name), title: name })}
    >
      {name ?? words.title}
    </a>
  );
}

function NavigationLink({ to, name, label }: { to: string; name: Route['name']; label: string }) {
  return (
    <a href={to} {...current(name)}>
      {label}
    </a>
  );
}

function current(name: Route['name']) {
  return route.value.name === name ? ({ 'aria-current': 'page' } as const) : {};
}

/** The logo: an interval with its estimate. */
function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect class="logo-ground" width="32" height="32" rx="7" />
      <path class="logo-axis" d="M6 22h20M6 19v6M26 19v6" />
      <rect class="logo-bar" x="10" y="10" width="13" height="6" rx="3" />
      <path class="logo-point" d="M17 7v12" />
    </svg>
  );
}
