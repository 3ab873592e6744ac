import { useEffect, useState } from 'preact/hooks';
import type { LedgerEntry, Redeemed } from '../api/types';
import { AccountForm } from '../components/account/AccountForm';
import { LoadMore } from '../components/common/LoadMore';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { usePages } from '../components/common/usePages';
import { localised, text } from '../i18n';
import { normaliseVoucherCode, reasonName } from '../lib/ledger';
import { addresses } from '../lib/routes';
import { loadCatalogue, models } from '../state/catalogue';
import { withIdempotencyKey } from '../state/idempotency';
import { api, balance, refreshBalance, updateBalance } from '../state/session';

/** The coins screen: balance, prices, vouchers and the statement. */
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
        <LoadMore pages={statement} label={words.more} />
      </section>
    </>
  );
}

async function statementPage(cursor: string | null) {
  const { entries, next_cursor } = await api.statement(cursor);
  return { items: entries, next: next_cursor };
}

/** The prices of the models. Without the catalogue they are left out. */
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
  const [redeemed, setRedeemed] = useState<Redeemed | null>(null);

  async function redeem(typed: string): Promise<void> {
    setRedeemed(null);
    const code = normaliseVoucherCode(typed);
    const result = await withIdempotencyKey(`voucher ${code}`, (key) => api.redeem(code, key));
    updateBalance(result.balance);
    setRedeemed(result);
    onRedeemed();
  }

  return (
    <section class="card">
      <h2>{words.voucherTitle}</h2>
      <p>{words.voucherSource}</p>
      <AccountForm
        idPrefix="voucher"
        fields={[{ name: 'code', label: words.code, autocomplete: 'off', hint: words.voucherHint }]}
        action={words.redeem}
        actionUnderWay={words.redeeming}
        onSubmit={({ code }) => redeem(code)}
      />
      <div class="form-status" role="status">
        {redeemed && (
          <p class="notice notice-good">{words.redeemed(redeemed.coins, redeemed.balance)}</p>
        )}
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
