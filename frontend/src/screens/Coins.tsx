import { useEffect, useState } from 'preact/hooks';
import type { LedgerEntry } from '../api/types';
import { AccountForm } from '../components/account/AccountForm';
import { PagesEnd } from '../components/common/PagesEnd';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { usePages } from '../components/common/usePages';
import { localised, text } from '../i18n';
import { plainCode, reasonName } from '../lib/ledger';
import { addresses } from '../lib/routes';
import { once } from '../state/attempts';
import { loadCatalogue, models } from '../state/catalogue';
import { api, balance, learnBalance, refreshBalance } from '../state/session';

export function Coins() {
  const words = text.value.coins;
  const statement = usePages(statementPage);
  useEffect(() => void refreshBalance(), []);
  return (
    <>
      <ScreenTitle>{words.title}</ScreenTitle>
      <div class="coins">
        <section class="card">
          <h2>{words.balance}</h2>
          <p class="coins-balance">{balance.value === null ? '…' : words.amount(balance.value)}</p>
          <Prices />
        </section>
        <Voucher onRedeemed={statement.reload} />
      </div>
      <section aria-labelledby="statement-title">
        <h2 id="statement-title">{words.statementTitle}</h2>
        {statement.items?.length === 0 && <p class="card empty">{words.empty}</p>}
        {statement.items && statement.items.length > 0 && <Statement entries={statement.items} />}
        <PagesEnd pages={statement} more={words.more} />
      </section>
    </>
  );
}

async function statementPage(cursor: string | null) {
  const { entries, next_cursor } = await api.statement(cursor);
  return { items: entries, next: next_cursor };
}

/** Without the catalogue the screen does without it: each model's price is said before it is charged. */
function Prices() {
  const words = text.value.coins;
  useEffect(() => void loadCatalogue(), []);
  if (!models.value?.length) return null;
  return (
    <>
      <h3>{words.pricesTitle}</h3>
      <ul class="prices">
        {models.value.map((model) => (
          <li key={model.id}>
            <span>{localised(model.title)}</span>
            <span class="number">{words.amount(model.coins)}</span>
          </li>
        ))}
      </ul>
      <p class="hint">{words.pricesHint}</p>
    </>
  );
}

function Voucher({ onRedeemed }: { onRedeemed: () => void }) {
  const words = text.value.coins;
  const [said, setSaid] = useState<{ added: number; now: number | null } | null>(null);

  async function redeem(typed: string): Promise<void> {
    setSaid(null);
    const code = plainCode(typed);
    const redeemed = await once(`voucher ${code}`, (key) => api.redeem(code, key));
    learnBalance(redeemed.balance);
    setSaid({ added: redeemed.coins, now: redeemed.balance });
    onRedeemed();
  }

  return (
    <section class="card">
      <h2>{words.voucherTitle}</h2>
      <AccountForm
        idPrefix="voucher"
        fields={[{ name: 'code', label: words.code, autocomplete: 'off', hint: words.voucherHint }]}
        action={words.redeem}
        actionUnderWay={words.redeeming}
        onSubmit={({ code }) => redeem(code)}
      />
      <div class="said" role="status">
        {said && <p class="notice notice-good">{words.redeemed(said.added, said.now)}</p>}
      </div>
    </section>
  );
}

function Statement({ entries }: { entries: LedgerEntry[] }) {
  const words = text.value.coins;
  return (
    <table class="statement" aria-labelledby="statement-title">
      <thead>
        <tr>
          <th scope="col">{words.date}</th>
          <th scope="col">{words.reason}</th>
          <th scope="col">{words.change}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Entry key={entry.entry_id} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

function Entry({ entry }: { entry: LedgerEntry }) {
  const { format } = text.value;
  const reason = reasonName(entry, text.value);
  return (
    <tr>
      <td>
        <time dateTime={entry.created_at}>{format.dateTime(entry.created_at)}</time>
      </td>
      <td>
        {entry.prediction_id ? (
          <a href={addresses.prediction(entry.prediction_id)}>{reason}</a>
        ) : (
          reason
        )}
      </td>
      <td class={entry.amount > 0 ? 'number coins-in' : 'number'}>
        {format.signedWhole(entry.amount)}
      </td>
    </tr>
  );
}
