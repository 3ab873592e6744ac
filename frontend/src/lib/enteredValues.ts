// The values that a result keeps of its patients: as they are shown, and as entries of the form.

import type { Column, ContributionScale, Row } from '../api/types';
import type { Dictionary } from '../i18n';
import { displayedUnit, type Entry, studyRange, type UnitSystem, unitNamed } from './patientForm';
import { type Effect, effectOf } from './patientRow';
import { valueWords } from './sentences';

export type Value = number | string;

export interface EnteredValue {
  column: string;
  /** Null if the value was not measured. */
  value: Value | null;
  /** `unused`: the model does not use the value of this patient. */
  effect: Effect | 'unused';
  isUnusual: boolean;
}

export interface UnitSettings {
  /** The unit of the column in the patient file; undefined if the file does not have the column. */
  fileUnit: string | undefined;
  /** The units in which all other columns are shown. */
  system: UnitSystem;
}

/**
 * Return the values in the model's columns, those that matter most first, and the missing ones last.
 * Null if the result keeps no values.
 */
export function enteredValuesOf(row: Row, scale: ContributionScale): EnteredValue[] | null {
  const { values } = row;
  if (values == null) return null;
  const contribution = (column: string) =>
    row.contributions.find((part) => part.column === column)?.value ?? 0;
  const weight = ({ column, value }: EnteredValue) =>
    value === null ? -1 : Math.abs(contribution(column));
  return columnsOf(row)
    .map(
      (column): EnteredValue => ({
        column,
        value: values[column] ?? null,
        effect: contribution(column) === 0 ? 'unused' : effectOf(contribution(column), scale),
        isUnusual: row.out_of_range.some((unusual) => unusual.column === column),
      }),
    )
    .sort((a, b) => weight(b) - weight(a));
}

/** Return a value with its unit, such as "17.2 mg/dL", or the meaning of a category's code. */
export function valueText(
  column: Column | null,
  value: Value,
  settings: UnitSettings,
  dictionary: Dictionary,
): string {
  const { format, patient } = dictionary;
  if (typeof value === 'string') {
    return column === null ? value : valueWords(column.name, value, dictionary);
  }
  const unit = column && unitOf(column, settings);
  if (!unit) return format.number(value);
  const sign = unit.name.startsWith('10^') ? '×\u00a0' : '';
  return `${format.number(inUnit(value, unit))}\u00a0${sign}${patient.unit(unit.name)}`;
}

/** Return the range of the study's patients, such as "0.3 to 28 mg/dL". Empty if it is unknown. */
export function studyRangeText(
  column: Column | null,
  settings: UnitSettings,
  { patient }: Dictionary,
): string {
  const unit = column && unitOf(column, settings);
  const range = column && studyRange(column, unit);
  return range ? patient.range(range.low, range.high, unit?.name) : '';
}

/** Ages in days are shown in years. Other values are shown in the unit of the file. */
function unitOf(column: Column, { fileUnit, system }: UnitSettings) {
  const isInDays = fileUnit === 'days';
  return (isInDays ? null : unitNamed(column, fileUnit ?? null)) ?? displayedUnit(column, system);
}

/** The stored values have six decimals, so the last digits of a conversion are not those of the file. */
function inUnit(value: number, { name, factor }: { name: string; factor: number }): number {
  return Number((value * factor).toPrecision(name === 'years' ? 3 : 7));
}

/** Return the columns of both models in which two patients differ. */
export function changedColumns(before: Row, now: Row): string[] {
  const earlier = new Set(columnsOf(before));
  return columnsOf(now).filter(
    (column) => earlier.has(column) && before.values?.[column] !== now.values?.[column],
  );
}

/** Return the columns of the model, with and without a value. */
function columnsOf({ values, imputed }: Row): string[] {
  return [...new Set([...Object.keys(values ?? {}), ...imputed])];
}

/** Return the entries of the form for a patient's values, in the units of the file. */
export function entriesOf(
  { values, id }: Row,
  units: Readonly<Record<string, string>>,
  columns: readonly Column[],
  formatNumber: (value: number) => string,
): Record<string, Entry> {
  const entries: Record<string, Entry> = id === null ? {} : { ID: { text: id, unit: null } };
  for (const column of columns) {
    const value = values?.[column.name];
    if (typeof value === 'string') entries[column.name] = { text: value, unit: null };
    if (typeof value !== 'number') continue;
    const unit = unitNamed(column, units[column.name] ?? column.unit);
    const number = Number((value * (unit?.factor ?? 1)).toPrecision(7));
    entries[column.name] = { text: formatNumber(number), unit: unit?.name ?? null };
  }
  return entries;
}

/** Return the system of a file's units, or null if its columns have the same unit in both. */
export function systemOf(
  units: Readonly<Record<string, string>>,
  columns: readonly Column[],
): UnitSystem | null {
  const used = columns.filter(({ name, si_unit }) => si_unit !== null && units[name] !== undefined);
  if (used.length === 0) return null;
  return used.some(({ name, si_unit }) => units[name] === si_unit) ? 'si' : 'conventional';
}
