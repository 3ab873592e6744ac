// What the user says about a file: the meaning of its columns, units, codes and decimal mark.

import type { Finding, Reading } from '../api/types';

/** The reading that leaves everything to the file. */
export const NO_READING: Reading = {
  decimal: null,
  missing: null,
  columns: {},
  columnUnits: {},
  columnValues: {},
};

/** Return the decimal marks with which all numbers of the file can be read. */
export function decimalMarks({ allowed }: Finding): (',' | '.')[] {
  return ([',', '.'] as const).filter((mark) => allowed?.includes(mark) ?? true);
}

/**
 * Return the number that a text of the file means with this decimal mark, or null if it is no number.
 * The other mark may stand between thousands.
 */
export function numberWithMark(text: string, mark: ',' | '.'): number | null {
  const [whole = '', fraction = '', ...others] = text.split(mark);
  const groups = whole.split(mark === ',' ? '.' : ',');
  const isGrouped = groups.slice(1).every((group) => /^\d{3}$/.test(group));
  if (!/^[+-]?\d+$/.test(groups[0] ?? '') || !isGrouped) return null;
  if (!/^\d*$/.test(fraction) || others.length > 0) return null;
  return Number(`${groups.join('')}.${fraction || '0'}`);
}
