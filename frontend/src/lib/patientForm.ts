// The form for one patient: its fields, their validation and unit conversion, and its CSV file.

import type { Column, Finding } from '../api/types';
import type { Language } from '../i18n/format';

export type UnitSystem = 'conventional' | 'si';

/**
 * The text of a field as typed, and its unit. Values in other units are always converted from it.
 */
export interface Entry {
  text: string;
  unit: string | null;
}

export interface Range {
  low: number;
  high: number;
}

export interface Field {
  column: Column;
  /** The text in the displayed unit. */
  text: string;
  /** The displayed unit. */
  unit: string | null;
  /** The accepted range in the displayed unit. */
  range: Range | null;
  finding: Finding | null;
  /** The range of the study's patients in the displayed unit, if the value lies outside it. */
  studyRange: Range | null;
  /** The header of the file's column, with the unit in which the value was typed. */
  header: string;
  cell: string;
  /** The number in the column's own unit. */
  ownValue: number | null;
  /** A right value in the unit of the other system, if that is another unit. */
  otherUnit: { value: number; unit: string } | null;
  /** The text and the unit of a number that was typed in another unit than the displayed one. */
  typed: { text: string; unit: string } | null;
}

export interface FormSettings {
  system: UnitSystem;
  language: Language;
  /** Format a number in this language. */
  formatNumber: (value: number) => string;
}

type Unit = Column['units'][number];

const EMPTY_ENTRY: Entry = { text: '', unit: null };
/** Units of the form that differ from the column's unit: the age is entered in years. */
const FORM_UNITS: Record<string, string> = { days: 'years' };

/**
 * Return the columns in the order of the form: required numbers, required categories, optional
 * ones.
 */
export function formColumns(columns: readonly Column[]): Column[] {
  const rank = ({ required, kind }: Column) => (required ? Number(kind !== 'number') : 2);
  return columns.filter((column) => column.kind !== 'ignored').sort((a, b) => rank(a) - rank(b));
}

export function fieldOf(column: Column, entry: Entry | undefined, settings: FormSettings): Field {
  const displayed = displayedUnit(column, settings.system);
  const resolved = resolveUnit(column, entry ?? EMPTY_ENTRY, displayed, settings.language);
  const typedUnit = unitNamed(column, resolved.unit);
  const text = resolved.text.trim();
  const value = column.kind === 'number' ? parseNumber(text, settings.language) : null;
  const isConverted = typeof value === 'number' && typedUnit !== null && typedUnit !== displayed;
  const isOutsideStudy =
    typeof value === 'number' && !isWithin(value, trainingRange(column), typedUnit);
  const displayedValue = isConverted ? convert(value, typedUnit, displayed) : value;
  const content = column.kind === 'category' && !column.allowed?.includes(text) ? '' : text;
  const other = displayedUnit(column, settings.system === 'si' ? 'conventional' : 'si');
  const finding =
    // The value is validated in the unit of the file. The finding names the displayed unit.
    findingOf(column, content, value, typedUnit) &&
    findingOf(column, content, displayedValue, displayed);
  return {
    column,
    text:
      isConverted && typeof displayedValue === 'number'
        ? settings.formatNumber(displayedValue)
        : resolved.text,
    unit: displayed?.name ?? null,
    range: rangeInUnit(acceptedRange(column), displayed),
    finding,
    studyRange: isOutsideStudy ? studyRange(column, displayed) : null,
    header: typedUnit === null ? column.name : `${column.name} [${typedUnit.name}]`,
    cell: typeof value === 'number' ? String(value) : content,
    ownValue: typeof value === 'number' ? value / factorOf(typedUnit) : null,
    otherUnit:
      other !== null && other !== displayed && typeof value === 'number' && finding === null
        ? { value: convert(value, typedUnit ?? other, other), unit: other.name }
        : null,
    typed: isConverted ? { text, unit: typedUnit.name } : null,
  };
}

/** Return the CSV file of one patient. Empty fields have no column. */
export function csvOf(fields: readonly Field[]): string {
  const filled = fields.filter((field) => field.cell !== '');
  const line = (cells: string[]) => cells.map(quoteCell).join(',');
  return `${line(filled.map(({ header }) => header))}\r\n${line(filled.map(({ cell }) => cell))}\r\n`;
}

/** Return the name of the file, with the patient's ID if that is safe in a file name. */
export function fileNameOf(base: string, id: string): string {
  return /^[\p{L}\p{N}_-]{1,40}$/u.test(id) ? `${base}-${id}.csv` : `${base}.csv`;
}

/** Whether a file has a name of `fileNameOf`, in any language of the page. */
export function isFormFile(name: string): boolean {
  return /^(patient|пациент)(-[\p{L}\p{N}_-]{1,40})?\.csv$/u.test(name);
}

/**
 * Parse a number with a decimal point or comma. Return null for any other text.
 *
 * English text such as "1,718" is ambiguous: it may mean 1.718 or 1718.
 */
export function parseNumber(text: string, language: Language): number | 'ambiguous' | null {
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/.test(text)) return null;
  if (language === 'en' && /^[1-9]\d{0,2},\d{3}$/.test(text)) return 'ambiguous';
  return Number(text.replace(',', '.'));
}

/** Return the unit in which values of the column are shown. */
export function displayedUnit(column: Column, system: UnitSystem): Unit | null {
  const systemUnit = (system === 'si' && column.si_unit) || column.unit;
  const formUnit = systemUnit === null ? null : (FORM_UNITS[systemUnit] ?? systemUnit);
  return unitNamed(column, formUnit) ?? unitNamed(column, column.unit);
}

export function unitNamed(column: Column, name: string | null): Unit | null {
  return column.units.find((unit) => unit.name === name) ?? null;
}

/**
 * Return the entry with the unit in which to read it.
 *
 * A value that is possible in the unit in which it was typed keeps that unit. Any other value is
 * read in the displayed unit, so that choosing the right units corrects it.
 */
function resolveUnit(
  column: Column,
  entry: Entry,
  displayed: Unit | null,
  language: Language,
): Entry {
  const typedUnit = unitNamed(column, entry.unit);
  const value = parseNumber(entry.text.trim(), language);
  const isPossible = typeof value === 'number' && isWithin(value, acceptedRange(column), typedUnit);
  return typedUnit !== null && isPossible
    ? entry
    : { text: entry.text, unit: displayed?.name ?? null };
}

function findingOf(
  column: Column,
  text: string,
  value: ReturnType<typeof parseNumber>,
  unit: Unit | null,
): Finding | null {
  const finding = { column: column.name, unit: unit?.name ?? null };
  if (text === '') return column.required ? { ...finding, code: 'value_missing' } : null;
  if (column.kind !== 'number') return null;
  if (value === 'ambiguous') return { ...finding, code: 'ambiguous_comma', value: text };
  if (value === null) return { ...finding, code: 'not_a_number' };
  const accepted = acceptedRange(column);
  if (accepted === null || isWithin(value, accepted, unit)) return null;
  return {
    ...finding,
    ...rangeFinding(value, accepted, unit),
    ...unitSuspicion(column, value, unit),
  };
}

function rangeFinding(value: number, accepted: Range, unit: Unit | null) {
  const { low, high } = rangeInUnit(accepted, unit) ?? accepted;
  const code = value < limitInUnit(accepted.low, unit) ? 'below_minimum' : 'above_maximum';
  return { code, minimum: low, maximum: high };
}

/** Return the finding that the value is possible in another unit, or nothing. */
function unitSuspicion(column: Column, value: number, unit: Unit | null): Partial<Finding> {
  const suspected = column.units.find((known) => isWithin(value, acceptedRange(column), known));
  if (suspected === undefined || unit === null) return {};
  return {
    code: 'unit_suspected',
    hint_unit: suspected.name,
    suggestion: convert(value, suspected, unit),
  };
}

function acceptedRange({ minimum, maximum }: Column): Range | null {
  return minimum === null || maximum === null ? null : { low: minimum, high: maximum };
}

function trainingRange({ training_minimum: low, training_maximum: high }: Column): Range | null {
  return low === null || high === null ? null : { low, high };
}

/** Return the range of the study's patients in a unit, or null if the column has none. */
export function studyRange(column: Column, unit: Unit | null): Range | null {
  return rangeInUnit(trainingRange(column), unit);
}

function isWithin(value: number, range: Range | null, unit: Unit | null): boolean {
  if (range === null) return true;
  return value >= limitInUnit(range.low, unit) && value <= limitInUnit(range.high, unit);
}

/** Return a limit in another unit, rounded to four digits as the API does it. */
function limitInUnit(value: number, unit: Unit | null): number {
  return factorOf(unit) === 1 ? value : Number((value * factorOf(unit)).toPrecision(4));
}

/** Return a range for display, rounded inwards, so that every value in it is accepted. */
function rangeInUnit(range: Range | null, unit: Unit | null): Range | null {
  if (range === null || factorOf(unit) === 1) return range;
  return {
    low: roundToDigits(limitInUnit(range.low, unit), 3, Math.ceil),
    high: roundToDigits(limitInUnit(range.high, unit), 3, Math.floor),
  };
}

function convert(value: number, from: Unit, to: Unit | null): number {
  // Laboratories print three digits.
  return roundToDigits((value / from.factor) * factorOf(to), 3);
}

/** Round to so many digits. Digits before the point are always kept. */
export function roundToDigits(value: number, digits: number, round = Math.round): number {
  if (value === 0) return 0;
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  const scale = 10 ** decimals;
  // Without toPrecision, 1.71 * 100 would be a little more than 171, and its ceiling 172.
  return round(Number((value * scale).toPrecision(12))) / scale;
}

function factorOf(unit: Unit | null): number {
  return unit?.factor ?? 1;
}

function quoteCell(cell: string): string {
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
