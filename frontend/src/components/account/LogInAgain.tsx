import { useEffect, useRef } from 'preact/hooks';
import { text } from '../../i18n';
import { declineToLogIn, isAskedToLogInAgain, logInAgain } from '../../state/session';
import { LogInForm } from './LogInForm';

/** Stands above the screen, which keeps everything it holds, when the session has ended. */
export function LogInAgain() {
  return isAskedToLogInAgain.value ? <LogInAgainDialog /> : null;
}

function LogInAgainDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const words = text.value.account;
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="again-title" onCancel={declineToLogIn}>
      <h2 id="again-title">{words.againTitle}</h2>
      <p>{words.againLead}</p>
      <LogInForm idPrefix="again" onSubmit={logInAgain}>
        <button type="button" class="button button-quiet" onClick={declineToLogIn}>
          {words.againCancel}
        </button>
      </LogInForm>
    </dialog>
  );
}
