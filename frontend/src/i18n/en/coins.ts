import type { LedgerEntry } from '../../api/types';
import { createFormat } from '../format';
import { coins as amount } from './nouns';

const format = createFormat('en');

const reasons: Record<LedgerEntry['reason'], string> = {
  signup: 'Coins for the new account',
  voucher: 'Voucher',
  prediction: 'Prediction',
  refund: 'Returned for a prediction',
};

export const coins = {
  title: 'Coins',
  balance: 'Balance',
  amount,
  link: 'To your coins',
  pricesTitle: 'What a prediction costs',
  pricesHint: 'One price for the whole file, however many patients it holds.',
  voucherTitle: 'Redeem a voucher',
  voucherHint: 'Hyphens and spaces do not matter.',
  code: 'Code of the voucher',
  redeem: 'Redeem',
  redeeming: 'Checking the code…',
  /** `now` is null if the service could not read the balance. */
  redeemed: (added: number, now: number | null) =>
    `${format.count(added, { one: 'coin was', other: 'coins were' })} added.` +
    (now === null ? '' : ` You now have ${amount(now)}.`),
  statementTitle: 'Statement',
  date: 'Date',
  reason: 'What for',
  change: 'Coins',
  reasons,
  /** Of a kind that this page does not know. */
  otherCredit: 'Coins added',
  otherCharge: 'Coins taken',
  empty: 'No coins have come or gone yet.',
  more: 'Show older ones',
};
