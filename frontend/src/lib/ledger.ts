// Names of ledger entries, and voucher codes as users type them.

import type { LedgerEntry } from '../api/types';
import type { Dictionary } from '../i18n';

type Entry = Pick<LedgerEntry, 'amount'> & { reason: string };

/**
 * Return the name of an entry's reason. An unknown reason is named after the sign of the amount.
 */
export function reasonName({ reason, amount }: Entry, { coins }: Dictionary): string {
  if (Object.hasOwn(coins.reasons, reason)) return coins.reasons[reason as LedgerEntry['reason']];
  return amount < 0 ? coins.otherCharge : coins.otherCredit;
}

/** Return the code in upper case, without spaces and hyphens. */
export function normaliseVoucherCode(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, '');
}
