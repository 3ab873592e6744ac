import { useEffect } from 'preact/hooks';
import { LogInAgain } from './components/account/LogInAgain';
import { Header } from './components/common/Header';
import { LanguageNotice } from './components/common/LanguageSwitch';
import { Loading } from './components/common/Loading';
import { text } from './i18n';
import { type AccountRoute, addresses, needsAccount, type Route, showsExample } from './lib/routes';
import { Accessibility } from './screens/Accessibility';
import { Landing } from './screens/Landing';
import { LogIn } from './screens/LogIn';
import { NotFound } from './screens/NotFound';
import { NotLoaded } from './screens/NotLoaded';
import { Register } from './screens/Register';
import { createChunk } from './state/chunk';
import { deployment } from './state/deployment';
import { isAwaitingSession } from './state/otherTabs';
import { replaceWith, route } from './state/route';
import { isLoggedIn } from './state/session';

/** The start page must not wait for the screens that need an account. */
const accountChunk = createChunk(() => import('./screens/AccountScreen'));

/** The page: header, the screen of the current route, and footer. */
export function App() {
  const words = text.value.shell;
  useRedirectAfterLogIn();
  return (
    <>
      <button
        type="button"
        class="skip"
        onClick={() => document.querySelector<HTMLElement>('main')?.focus()}
      >
        {words.skipToContent}
      </button>
      <Header />
      <main class="main" tabIndex={-1}>
        <LanguageNotice />
        <Screen route={route.value} />
      </main>
      <footer class="footer">
        <p>
          {words.disclaimer} <a href="docs/">API</a>{' '}
          <a href={addresses.accessibility}>{text.value.accessibility.title}</a>
        </p>
        <DeploymentNote />
      </footer>
      <LogInAgain />
    </>
  );
}

function DeploymentNote() {
  const words = text.value.shell;
  const { stage, release } = deployment.value ?? {};
  return (
    <>
      {stage === 'dev' && <p>{words.testStage}</p>}
      {release && <p>{words.release(release)}</p>}
    </>
  );
}

function Screen({ route }: { route: Route }) {
  if (needsAccount(route)) {
    if (isLoggedIn.value || showsExample(route)) return <AccountScreenOnDemand route={route} />;
    if (isAwaitingSession.value) return <Loading />;
    // A failed attempt is not shown when another screen asks to log in.
    return <LogIn key={JSON.stringify(route)} isRedirected />;
  }
  switch (route.name) {
    case 'landing':
      return <Landing />;
    case 'register':
      return <Register />;
    case 'login':
      return <LogIn isRedirected={false} />;
    case 'accessibility':
      return <Accessibility />;
    case 'unknown':
      return <NotFound />;
  }
}

function AccountScreenOnDemand({ route }: { route: AccountRoute }) {
  const { module, hasFailed, load } = accountChunk;
  // Each address tries again after a failure.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the route is a trigger.
  useEffect(() => void load(), [load, route]);
  if (module.value) return <module.value.AccountScreen route={route} />;
  return hasFailed.value ? <NotLoaded onRetry={() => void load()} /> : <Loading />;
}

/**
 * Redirect users who are logged in from the log-in and registration screens to a new prediction.
 */
function useRedirectAfterLogIn(): void {
  const isAccessScreen = route.value.name === 'login' || route.value.name === 'register';
  const isRedirected = isAccessScreen && isLoggedIn.value;
  useEffect(() => {
    if (isRedirected) replaceWith(addresses.new);
  }, [isRedirected]);
}
