import type { ComponentChildren } from 'preact';
import { text } from '../../i18n';
import { AccountForm } from './AccountForm';

interface Props {
  idPrefix: string;
  /** The name to begin with, if it is known. */
  name?: string | undefined;
  onSubmit: (name: string, password: string) => Promise<void>;
  children?: ComponentChildren;
}

/** The log-in form with name or e-mail and password. */
export function LogInForm({ idPrefix, name = '', onSubmit, children }: Props) {
  const words = text.value.account;
  return (
    <AccountForm
      idPrefix={idPrefix}
      fields={[
        { name: 'name', label: words.nameOrEmail, autocomplete: 'username', value: name },
        {
          name: 'password',
          label: words.password,
          type: 'password',
          autocomplete: 'current-password',
          isFirst: name !== '',
        },
      ]}
      action={words.logIn}
      actionUnderWay={words.loggingIn}
      onSubmit={({ name, password }) => onSubmit(name, password)}
    >
      {children}
    </AccountForm>
  );
}
