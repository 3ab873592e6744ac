import type { LedgerEntry } from '../api/types';
import type { Dictionary } from '../i18n';

type Written = Pick<LedgerEntry, 'amount'> & { reason: string };

/** Reasons come from the network: of one that the page doesn't know, the sign says enough. */
export function reasonName({ reason, amount }: Written, { coins }: Dictionary): string {
  if (Object.hasOwn(coins.reasons, reason)) return coins.reasons[reason as LedgerEntry['reason']];
  return amount < 0 ? coins.otherCharge : coins.otherCredit;
}

/** The same code, however it was typed. */
export function plainCode(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, '');
}
