import type { Column, Finding } from '../api/types';
import type { Language } from '../i18n/format';

// One patient as a form: what a field shows, what is wrong with it, and the file that it becomes.

export type UnitSystem = 'conventional' | 'si';

/** What was typed and in which unit. It is the source: what is shown in another unit is derived. */
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
  /** As shown: in the chosen unit. */
  text: string;
  unit: string | null;
  /** What is accepted, in the shown unit. */
  range: Range | null;
  fault: Finding | null;
  /** In the shown unit, what the study's patients had, if the value lies outside it. */
  usual: Range | null;
  /** As it goes into the file: in the unit it was typed in. */
  header: string;
  cell: string;
}

export interface Settings {
  system: UnitSystem;
  language: Language;
  /** A number as this language writes it. */
  write: (value: number) => string;
}

type Unit = Column['units'][number];

const NO_ENTRY: Entry = { text: '', unit: null };
/** What is ordinary in patients is typed in years, whatever the file's own unit is. */
const FORM_UNITS: Record<string, string> = { days: 'years' };

/** The columns as they are asked for: required numbers, required categories, what is optional. */
export function inOrder(columns: readonly Column[]): Column[] {
  const place = ({ required, kind }: Column) => (required ? Number(kind !== 'number') : 2);
  return columns.filter((column) => column.kind !== 'ignored').sort((a, b) => place(a) - place(b));
}

export function fieldOf(column: Column, entry: Entry | undefined, settings: Settings): Field {
  const shown = shownUnit(column, settings.system);
  const read = readAs(column, entry ?? NO_ENTRY, shown, settings.language);
  const source = unitNamed(column, read.unit);
  const text = read.text.trim();
  const value = column.kind === 'number' ? parseNumber(text, settings.language) : null;
  const isConverted = typeof value === 'number' && source !== null && source !== shown;
  const isUnusual = typeof value === 'number' && !isWithin(value, trainingRange(column), source);
  const inShown = isConverted ? converted(value, source, shown) : value;
  const known = column.kind === 'category' && !column.allowed?.includes(text) ? '' : text;
  return {
    column,
    text: isConverted && typeof inShown === 'number' ? settings.write(inShown) : read.text,
    unit: shown?.name ?? null,
    range: inward(acceptedRange(column), shown),
    // Judged as it goes into the file, told in the unit that is shown.
    fault: faultOf(column, known, value, source) && faultOf(column, known, inShown, shown),
    usual: isUnusual ? inward(trainingRange(column), shown) : null,
    header: source === null ? column.name : `${column.name} [${source.name}]`,
    cell: typeof value === 'number' ? String(value) : known,
  };
}

/** The file of one patient; what was left empty has no column. */
export function csvOf(fields: readonly Field[]): string {
  const filled = fields.filter((field) => field.cell !== '');
  const line = (cells: string[]) => cells.map(quoted).join(',');
  return `${line(filled.map((each) => each.header))}\r\n${line(filled.map((each) => each.cell))}\r\n`;
}

export function fileNameOf(base: string, id: string): string {
  return /^[\p{L}\p{N}_-]{1,40}$/u.test(id) ? `${base}-${id}.csv` : `${base}.csv`;
}

/**
 * A number with a decimal point or comma; null for anything else. In English "1,718" may well be
 * one thousand seven hundred and eighteen, so it is neither.
 */
export function parseNumber(text: string, language: Language): number | 'ambiguous' | null {
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/.test(text)) return null;
  if (language === 'en' && /^[1-9]\d{0,2},\d{3}$/.test(text)) return 'ambiguous';
  return Number(text.replace(',', '.'));
}

function shownUnit(column: Column, system: UnitSystem): Unit | null {
  const inSystem = (system === 'si' && column.si_unit) || column.unit;
  const wanted = inSystem === null ? null : (FORM_UNITS[inSystem] ?? inSystem);
  return unitNamed(column, wanted) ?? unitNamed(column, column.unit);
}

function unitNamed(column: Column, name: string | null): Unit | null {
  return column.units.find((unit) => unit.name === name) ?? null;
}

/**
 * A value that is possible in the unit it was typed in keeps that unit. Any other one is taken as
 * typed in the shown unit: then choosing the right units corrects it.
 */
function readAs(column: Column, entry: Entry, shown: Unit | null, language: Language): Entry {
  const source = unitNamed(column, entry.unit);
  const value = parseNumber(entry.text.trim(), language);
  const isPossible = typeof value === 'number' && isWithin(value, acceptedRange(column), source);
  return source !== null && isPossible ? entry : { text: entry.text, unit: shown?.name ?? null };
}

function faultOf(
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
  return { ...finding, ...sideOf(value, accepted, unit), ...suspicionOf(column, value, unit) };
}

function sideOf(value: number, accepted: Range, unit: Unit | null) {
  const { low, high } = inward(accepted, unit) ?? accepted;
  const code = value < limit(accepted.low, unit) ? 'below_minimum' : 'above_maximum';
  return { code, minimum: low, maximum: high };
}

/** The other unit in which the value would be possible, if there is one. */
function suspicionOf(column: Column, value: number, unit: Unit | null): Partial<Finding> {
  const other = column.units.find((each) => isWithin(value, acceptedRange(column), each));
  if (other === undefined || unit === null) return {};
  return {
    code: 'unit_suspected',
    hint_unit: other.name,
    suggestion: converted(value, other, unit),
  };
}

function acceptedRange({ minimum, maximum }: Column): Range | null {
  return minimum === null || maximum === null ? null : { low: minimum, high: maximum };
}

function trainingRange({ training_minimum: low, training_maximum: high }: Column): Range | null {
  return low === null || high === null ? null : { low, high };
}

function isWithin(value: number, range: Range | null, unit: Unit | null): boolean {
  return range === null || (value >= limit(range.low, unit) && value <= limit(range.high, unit));
}

/** A limit in another unit has four digits, as the API takes it. */
function limit(value: number, unit: Unit | null): number {
  return factorOf(unit) === 1 ? value : Number((value * factorOf(unit)).toPrecision(4));
}

/** A range to show: short, and nothing in it is refused. */
function inward(range: Range | null, unit: Unit | null): Range | null {
  if (range === null || factorOf(unit) === 1) return range;
  return {
    low: rounded(limit(range.low, unit), Math.ceil),
    high: rounded(limit(range.high, unit), Math.floor),
  };
}

function converted(value: number, from: Unit, to: Unit | null): number {
  return rounded((value / from.factor) * factorOf(to), Math.round);
}

/** Three digits, as laboratories print them; of a large number all before the point. */
function rounded(value: number, round: (value: number) => number): number {
  if (value === 0) return 0;
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const scale = 10 ** decimals;
  // Else 1.71 * 100 would be a little more than 171, and its ceiling 172.
  return round(Number((value * scale).toPrecision(12))) / scale;
}

function factorOf(unit: Unit | null): number {
  return unit?.factor ?? 1;
}

function quoted(cell: string): string {
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
