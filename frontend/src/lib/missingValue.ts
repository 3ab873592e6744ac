// The sentence on a missing value: what was used instead, and what measuring it could change.

import type { Column } from '../api/types';
import type { Dictionary } from '../i18n';
import { displayedUnit, roundToDigits, type UnitSystem, unitNamed } from './patientForm';
import type { MissingValue } from './patientRow';
import { valueWords } from './sentences';

interface Settings {
  /** The unit of the column in the patient file; undefined if the file does not have the column. */
  fileUnit: string | undefined;
  /** The units in which all other columns are shown. */
  system: UnitSystem;
}

/**
 * Return what is known about a missing value; empty in results of older workers. Without a `column`,
 * because the catalogue is not loaded, it does not name the value that was used.
 */
export function missingValueSentence(
  missing: MissingValue,
  column: Column | null,
  settings: Settings,
  dictionary: Dictionary,
): string {
  if (missing.kind === 'unused') return dictionary.result.unused;
  const expected =
    column && missing.expected !== null
      ? expectedWords(column, missing.expected, settings, dictionary)
      : '';
  return [expected, effectWords(missing, column, dictionary)].filter(Boolean).join('; ');
}

function expectedWords(
  column: Column,
  value: number,
  settings: Settings,
  dictionary: Dictionary,
): string {
  const words = dictionary.result;
  if (column.kind === 'number') {
    return words.expected(numberWords(column, value, settings, dictionary));
  }
  const codes = column.allowed ?? [];
  if (isOrdered(column)) return words.expected(betweenCodes(codes, value, dictionary));
  const [, second] = codes;
  return codes.length === 2 && second !== undefined
    ? words.expectedShare(value, valueWords(column.name, second, dictionary))
    : '';
}

function numberWords(
  column: Column,
  value: number,
  { fileUnit, system }: Settings,
  { format, patient }: Dictionary,
): string {
  const unit = unitNamed(column, fileUnit ?? null) ?? displayedUnit(column, system);
  // An expected value is less exact than a measured one, which would have three digits.
  const number = format.number(roundToDigits(value * (unit?.factor ?? 1), 2));
  if (unit === null) return number;
  const sign = unit.name.startsWith('10^') ? '×\u00a0' : '';
  return `${number}\u00a0${sign}${patient.unit(unit.name)}`;
}

/** Return the number with the codes that it lies between, such as "2.6 (between 2 and 3)". */
function betweenCodes(codes: readonly string[], value: number, dictionary: Dictionary): string {
  const { format, result } = dictionary;
  const rounded = Math.round(value * 10) / 10;
  const [low, high] = [Math.floor(rounded), Math.ceil(rounded)].map(String);
  if (low === high) return format.whole(rounded);
  const isBetween = [low, high].every((code) => code !== undefined && codes.includes(code));
  return isBetween
    ? result.expectedBetween(rounded, Number(low), Number(high))
    : format.tenth(rounded);
}

function effectWords(missing: MissingValue, column: Column | null, { result }: Dictionary): string {
  const isMeasured = column === null || column.kind === 'number' || isOrdered(column);
  const condition = isMeasured ? result.ifMeasured : result.ifKnown;
  if (missing.kind === 'unchanged') return condition(result.unchanged);
  return missing.kind === 'range' ? condition(result.between(missing.low, missing.high)) : '';
}

/** Whether the codes of a category are numbers, as those of the stage. */
function isOrdered({ allowed }: Column): boolean {
  return allowed?.every((code) => /^\d+$/.test(code)) ?? false;
}
