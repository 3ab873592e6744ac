import { render } from 'preact';
import { App } from './app';
import { rememberLanguage } from './i18n';
import { addresses } from './lib/routes';
import { followPrinting } from './state/printing';
import { followAddress, goTo } from './state/route';
import { onLeave, resume } from './state/session';
import './styles/base.css';
import './styles/layout.css';
import './styles/forms.css';
import './styles/patient.css';
import './styles/results.css';
import './styles/account.css';
import './styles/plots.css';
import './styles/print.css';

rememberLanguage();
followAddress();
followPrinting();
onLeave(() => goTo(addresses.landing));
void resume();

const root = document.getElementById('app');
if (root) render(<App />, root);
