// The entry point: load the language, restore the session, and render the page.

import { render } from 'preact';
import { App } from './app';
import { initialLanguage, rememberLanguage, setLanguage } from './i18n';
import { addresses } from './lib/routes';
import { readDeployment } from './state/deployment';
import { followOtherTabs } from './state/otherTabs';
import { followPrinting } from './state/printing';
import { followAddress, goTo } from './state/route';
import { onLogOut, resume } from './state/session';
import './styles/base.css';
import './styles/layout.css';
import './styles/forms.css';
import './styles/patient.css';
import './styles/results.css';
import './styles/account.css';
import './styles/plots.css';
import './styles/print.css';

const UNREACHABLE =
  'The page could not be loaded. Please try again. Страницу не удалось загрузить. Попробуйте ещё раз.';

function start(root: HTMLElement): void {
  rememberLanguage();
  followAddress();
  followPrinting();
  onLogOut(() => goTo(addresses.landing));
  followOtherTabs();
  void resume();
  void readDeployment();
  render(<App />, root);
}

const root = document.getElementById('app');
if (root) {
  setLanguage(initialLanguage()).then(
    () => start(root),
    () => root.append(UNREACHABLE),
  );
}

// `make dev` shows a changed component without a reload. A build leaves this out.
import.meta.hot?.accept('./app', (changed) => {
  if (root && changed) render(<changed.App />, root);
});
