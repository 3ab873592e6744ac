import { useEffect } from 'preact/hooks';
import { LogInAgain } from './components/account/LogInAgain';
import { Header } from './components/common/Header';
import { type Dictionary, text } from './i18n';
import { addresses, needsAccount, type Route } from './lib/routes';
import { Account } from './screens/Account';
import { Coins } from './screens/Coins';
import { History } from './screens/History';
import { Landing } from './screens/Landing';
import { LogIn } from './screens/LogIn';
import { NewPrediction } from './screens/NewPrediction';
import { NotFound } from './screens/NotFound';
import { PatientScreen } from './screens/PatientScreen';
import { NoPrediction, PredictionScreen } from './screens/PredictionScreen';
import { Register } from './screens/Register';
import { deployment } from './state/deployment';
import { replaceWith, route } from './state/route';
import { isLoggedIn } from './state/session';

export function App() {
  const words = text.value.shell;
  useDocumentTitle();
  useWayInAfterLogIn();
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
        <Screen route={route.value} />
      </main>
      <footer class="footer">
        <p>
          {words.disclaimer} <a href="docs/">API</a>
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
  if (isAtLogIn(route)) return <LogIn isOnTheWay />;
  switch (route.name) {
    case 'landing':
      return <Landing />;
    case 'register':
      return <Register />;
    case 'login':
      return <LogIn isOnTheWay={false} />;
    case 'new':
      return <NewPrediction />;
    case 'history':
      return <History />;
    case 'prediction':
      return <PredictionScreen key={route.id} id={route.id} />;
    case 'noPrediction':
      return <NoPrediction />;
    case 'account':
      return <Account />;
    case 'coins':
      return <Coins />;
    case 'patient':
      return <PatientScreen key={route.id} id={route.id} row={route.row} />;
    case 'unknown':
      return <NotFound />;
  }
}

/** The way to what is somebody's own leads past the log-in. */
function isAtLogIn(route: Route): boolean {
  return needsAccount(route) && !isLoggedIn.value;
}

function useDocumentTitle(): void {
  const shown = isAtLogIn(route.value) ? ({ name: 'login' } as const) : route.value;
  const title = `${screenName(shown, text.value)} · ${text.value.shell.product}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Who is logged in has nothing to do at the doors. */
function useWayInAfterLogIn(): void {
  const isAtDoor = route.value.name === 'login' || route.value.name === 'register';
  const mayPass = isAtDoor && isLoggedIn.value;
  useEffect(() => {
    if (mayPass) replaceWith(addresses.new);
  }, [mayPass]);
}

function screenName(route: Route, dictionary: Dictionary): string {
  const names: Record<Route['name'], string> = {
    landing: dictionary.landing.title,
    register: dictionary.account.registerTitle,
    login: dictionary.account.loginTitle,
    new: dictionary.submission.title,
    history: dictionary.history.title,
    prediction: dictionary.prediction.title(null),
    noPrediction: dictionary.prediction.title(null),
    account: dictionary.profile.title,
    coins: dictionary.coins.title,
    patient: dictionary.plots.patient.title(route.name === 'patient' ? route.row : 0, null),
    unknown: dictionary.notFound.title,
  };
  return names[route.name];
}
