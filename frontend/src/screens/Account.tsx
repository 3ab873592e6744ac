import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Account as AccountData } from '../api/types';
import { AccountForm } from '../components/account/AccountForm';
import { CloseButton, Dialog } from '../components/common/Dialog';
import { Loading } from '../components/common/Loading';
import { ProblemNotice } from '../components/common/ProblemNotice';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { useAction } from '../components/common/useAction';
import { text } from '../i18n';
import { changePassword, deleteAccount, logOutEverywhere } from '../state/account';
import { api } from '../state/session';

/** The account screen: its data, password, sessions and deletion. */
export function Account() {
  const { account, problem, isLoading, load } = useAccount();
  return (
    <div class="narrow profile">
      <ScreenTitle>{text.value.profile.title}</ScreenTitle>
      {isLoading && <Loading />}
      {problem && <ProblemNotice problem={problem} onRetry={load} />}
      {account && (
        <>
          <AccountFacts account={account} />
          <PasswordChange name={account.name} />
          <LogOutEverywhere />
          <Deletion name={account.name} />
        </>
      )}
    </div>
  );
}

function useAccount() {
  const [account, setAccount] = useState<AccountData | null>(null);
  const { isBusy, problem, run } = useAction();
  const load = useCallback(() => void run(async () => setAccount(await api.me())), [run]);
  useEffect(load, [load]);
  return { account, problem, isLoading: isBusy, load };
}

function AccountFacts({ account }: { account: AccountData }) {
  const words = text.value.profile;
  return (
    <dl class="card account-facts">
      <dt>{words.name}</dt>
      <dd>{account.name}</dd>
      <dt>{words.email}</dt>
      <dd>
        <EmailAddress address={account.email} />
      </dd>
      <dt>{words.since}</dt>
      <dd>
        <time dateTime={account.created_at}>{text.value.format.date(account.created_at)}</time>
      </dd>
      {account.intended_use && account.intended_use_at && (
        <>
          <dt>{words.intendedUse}</dt>
          <dd>
            {text.value.format.date(account.intended_use_at)} (
            {words.version(text.value.format.day(account.intended_use))})
          </dd>
        </>
      )}
    </dl>
  );
}

/** An e-mail address. On a narrow screen it breaks before the @ and not within a word. */
function EmailAddress({ address }: { address: string }) {
  const at = address.lastIndexOf('@');
  return (
    <>
      {address.slice(0, at)}
      <wbr />
      {address.slice(at)}
    </>
  );
}

function PasswordChange({ name }: { name: string }) {
  const { profile: words, account } = text.value;
  const [isChanged, setIsChanged] = useState(false);

  async function change(oldPassword: string, newPassword: string): Promise<void> {
    setIsChanged(false);
    await changePassword(name, oldPassword, newPassword);
    setIsChanged(true);
  }

  return (
    <section class="card">
      <h2>{words.passwordTitle}</h2>
      <p>{words.passwordLead}</p>
      <AccountForm
        idPrefix="change"
        username={name}
        fields={[
          {
            name: 'old_password',
            label: words.oldPassword,
            type: 'password',
            autocomplete: 'current-password',
          },
          {
            name: 'new_password',
            label: words.newPassword,
            type: 'password',
            autocomplete: 'new-password',
            hint: account.passwordHint,
          },
        ]}
        action={words.change}
        actionUnderWay={words.changing}
        onSubmit={({ old_password, new_password }) => change(old_password, new_password)}
      />
      <div class="form-status" role="status">
        {isChanged && <p class="notice notice-good">{words.changed}</p>}
      </div>
    </section>
  );
}

function LogOutEverywhere() {
  const words = text.value.profile;
  const { isBusy, problem, run } = useAction();
  return (
    <section class="card">
      <h2>{words.everywhereTitle}</h2>
      <p>{words.everywhereLead}</p>
      {problem && <ProblemNotice problem={problem} />}
      <button
        type="button"
        class="button button-quiet"
        disabled={isBusy}
        onClick={() => void run(logOutEverywhere)}
      >
        {isBusy ? words.leaving : words.everywhere}
      </button>
    </section>
  );
}

function Deletion({ name }: { name: string }) {
  const words = text.value.profile;
  const [isDialogOpen, setIsDialogOpen] = useState(false);
  return (
    <section class="card">
      <h2>{words.deleteTitle}</h2>
      <p>{words.deleteLead}</p>
      <button
        type="button"
        class="button button-danger-quiet"
        onClick={() => setIsDialogOpen(true)}
      >
        {words.deleteOpen}
      </button>
      {isDialogOpen && <DeletionDialog name={name} onClose={() => setIsDialogOpen(false)} />}
    </section>
  );
}

function DeletionDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const words = text.value.profile;
  return (
    <Dialog title={words.deleteQuestion} onClose={onClose}>
      <Sentences title={words.deletedDataTitle} sentences={words.deletedData} />
      <Sentences title={words.keptDataTitle} sentences={words.keptData} />
      <AccountForm
        idPrefix="delete"
        username={name}
        fields={[
          {
            name: 'password',
            label: words.deletePassword,
            type: 'password',
            autocomplete: 'current-password',
          },
        ]}
        action={words.delete}
        actionUnderWay={words.deleting}
        isDanger
        onSubmit={({ password }) => deleteAccount(password)}
      >
        <CloseButton label={text.value.actions.back} />
      </AccountForm>
    </Dialog>
  );
}

function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}
