import { text } from '../../i18n';
import { declineToLogIn, isAskedToLogInAgain, logInAgain, user } from '../../state/session';
import { CloseButton, Dialog } from '../common/Dialog';
import { LogInForm } from './LogInForm';

/**
 * The dialog that asks to log in again after the session ended. The screen below it keeps its
 * state.
 */
export function LogInAgain() {
  const words = text.value.account;
  if (!isAskedToLogInAgain.value) return null;
  return (
    <Dialog title={words.logInAgainTitle} onClose={declineToLogIn}>
      <p>{words.logInAgainLead}</p>
      <LogInForm idPrefix="again" name={user.value?.name} onSubmit={logInAgain}>
        <CloseButton label={words.logInAgainCancel} />
      </LogInForm>
    </Dialog>
  );
}
