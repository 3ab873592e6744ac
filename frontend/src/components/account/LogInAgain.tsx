import { text } from '../../i18n';
import { declineToLogIn, isAskedToLogInAgain, logInAgain } from '../../state/session';
import { CloseButton, Dialog } from '../common/Dialog';
import { LogInForm } from './LogInForm';

/** Stands above the screen, which keeps everything it holds, when the session has ended. */
export function LogInAgain() {
  const words = text.value.account;
  if (!isAskedToLogInAgain.value) return null;
  return (
    <Dialog title={words.againTitle} onClose={declineToLogIn}>
      <p>{words.againLead}</p>
      <LogInForm idPrefix="again" onSubmit={logInAgain}>
        <CloseButton label={words.againCancel} />
      </LogInForm>
    </Dialog>
  );
}
