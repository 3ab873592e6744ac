import { AccountForm } from '../components/account/AccountForm';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { text } from '../i18n';
import { addresses } from '../lib/routes';
import { register } from '../state/session';

/** The screen to create an account. */
export function Register() {
  const words = text.value.account;
  return (
    <div class="narrow">
      <ScreenTitle>{words.registerTitle}</ScreenTitle>
      <p class="lead">{words.registerLead}</p>
      <AccountForm
        idPrefix="register"
        fields={[
          { name: 'name', label: words.name, autocomplete: 'username' },
          { name: 'email', label: words.email, type: 'email', autocomplete: 'email' },
          {
            name: 'password',
            label: words.password,
            type: 'password',
            autocomplete: 'new-password',
            hint: words.passwordHint,
          },
          { name: 'intended_use', label: words.intendedUse, type: 'checkbox' },
        ]}
        action={words.register}
        actionUnderWay={words.registering}
        isSentIncomplete
        onSubmit={({ name, email, password }, hasAgreed) =>
          register(name, email, password, hasAgreed)
        }
      />
      <p class="hint">{words.kept}</p>
      <p>
        {words.haveAccount} <a href={addresses.login}>{words.logIn}</a>
      </p>
    </div>
  );
}
