import type { LedgerEntry } from '../../api/types';
import { createFormat } from '../format';
import { coins as amount } from './nouns';

const format = createFormat('en');

const reasons: Record<LedgerEntry['reason'], string> = {
  signup: 'Coins for the new account',
  voucher: 'Voucher',
  prediction: 'Prediction',
  refund: 'Refund for a prediction',
};

/** The coins screen: balance, prices, vouchers and statement. */
export const coins = {
  title: 'Coins',
  balance: 'Balance',
  amount,
  link: 'Go to your coins',
  pricesTitle: 'What a prediction costs',
  pricesHint: 'The price is per file and does not depend on the number of patients.',
  voucherTitle: 'Redeem a voucher',
  voucherSource: 'Vouchers come from the operator, who gave you the address of this page.',
  voucherHint: 'You can leave out hyphens and spaces.',
  code: 'Voucher code',
  redeem: 'Redeem',
  redeeming: 'Checking the code…',
  /** `balance` is null if the service could not read it. */
  redeemed: (added: number, balance: number | null) =>
    `${format.count(added, { one: 'coin was', other: 'coins were' })} added.` +
    (balance === null ? '' : ` You now have ${amount(balance)}.`),
  statementTitle: 'Statement',
  date: 'Date',
  reason: 'Reason',
  change: 'Coins',
  reasons,
  /** Names of entries whose reason the page does not know. */
  otherCredit: 'Coins added',
  otherCharge: 'Coins charged',
  empty: 'The statement has no entries yet.',
  more: 'Show older entries',
};
