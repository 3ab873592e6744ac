// The meaning of the columns of a file: what the service read, suggests or was told, and what the
// user chooses.

import type { Assumption, Column, DryRun, Finding, Preview, Reading } from '../api/types';
import type { FileCheck } from './fileCheck';

/** The choices for a column of the file. */
export interface MappedColumn {
  header: string;
  examples: string[];
  /** The column of the catalogue, or null if the file's column is not used. */
  column: string | null;
  /** The unit, or an empty text for the one in the heading. */
  unit: string;
  texts: readonly string[];
  /** The value of each text of a category. Null means "not measured"; an absent one is unclear. */
  values: Readonly<Record<string, string | null>>;
  /** Whether the column was suggested and is not read unless the user confirms it. */
  isSuggested: boolean;
}

/** What the user has changed, by the index of the column in the file. */
export type MappingChoices = Readonly<Record<number, Partial<MappedColumn>>>;

/** A choice of the user that the browser remembers for the next file. */
export interface KnownHeading {
  column: string;
  unit: string | null;
}
export type KnownHeadings = Readonly<Record<string, KnownHeading>>;

/** Findings about a column that one click answers. The others need the mapping. */
const ONE_CLICK_CODES = new Set(['unit_suspected', 'missing_code_suspected', 'decimal_unclear']);
const EXAMPLES_SHOWN = 3;
const naturalOrder = new Intl.Collator(undefined, { numeric: true });

/** Return the preview of a checked or refused file, if its columns can be mapped. */
export function previewToMap(check: FileCheck): Preview | null {
  if (check.state === 'done') return check.report.preview;
  return check.state === 'failed' ? check.problem.preview : null;
}

/** Whether the file cannot be read unless the user says what its columns mean. */
export function needsMapping(check: FileCheck): boolean {
  if (check.state !== 'done') return previewToMap(check) !== null;
  return check.report.errors.some(({ row, code }) => row === null && !ONE_CLICK_CODES.has(code));
}

/** Return the choices that the user sees first: what was read, and what is suggested. */
export function initialMapping(
  preview: Preview,
  report: Pick<DryRun, 'assumptions' | 'errors'> | null,
  reading: Reading,
  columnByName: (name: string) => Column | null,
): MappedColumn[] {
  const taken = new Set(preview.columns.map(({ column }) => column));
  return preview.columns.map(({ header, column, unit, suggestion, texts }, index) => {
    const isSuggested =
      column === null &&
      suggestion !== null &&
      !taken.has(suggestion) &&
      !Object.hasOwn(reading.columns, header);
    if (isSuggested) taken.add(suggestion);
    const codes = column === null ? [] : (columnByName(column)?.allowed ?? []);
    const stated = reading.columnValues[column ?? ''] ?? {};
    const words = wordsOf(report?.assumptions.filter((said) => said.column === column) ?? []);
    const unclear = report?.errors.find(
      (finding) => finding.code === 'values_unclear' && finding.column === column,
    );
    const values = texts.flatMap((text): [string, string | null][] => {
      if (Object.hasOwn(stated, text)) return [[text, stated[text] ?? null]];
      if (unclear?.texts?.includes(text)) return [];
      if (Object.hasOwn(words, text)) return [[text, words[text] ?? null]];
      const code = codes.find((allowed) => allowed.toLowerCase() === text.toLowerCase());
      return code === undefined ? [] : [[text, code]];
    });
    return {
      header,
      examples: examplesOf(preview, index),
      column: isSuggested ? suggestion : column,
      unit: unit ?? '',
      texts: [...texts].sort(naturalOrder.compare),
      values: Object.fromEntries(values),
      isSuggested,
    };
  });
}

/** Return the mapping with the choices of the user. */
export function withChoices(
  mapping: readonly MappedColumn[],
  choices: MappingChoices,
): MappedColumn[] {
  return mapping.map((mapped, index) => ({ ...mapped, ...choices[index] }));
}

/** Return the reading with the user's choices, to be sent with the file. */
export function optionsOfMapping(
  mapping: readonly MappedColumn[],
  initial: readonly MappedColumn[],
  preview: Preview,
  reading: Reading,
): Reading {
  const columns = { ...reading.columns };
  const columnUnits = { ...reading.columnUnits };
  const columnValues = { ...reading.columnValues };
  const used = new Set(mapping.map(({ column }) => column));
  mapping.forEach((chosen, index) => {
    const read = preview.columns[index];
    if (chosen.column !== (read?.column ?? null)) columns[chosen.header] = chosen.column;
    if (chosen.column === null) return;
    const isNew = chosen.column !== read?.column;
    if (chosen.unit === '') delete columnUnits[chosen.column];
    else if (isNew || chosen.unit !== read?.unit) columnUnits[chosen.column] = chosen.unit;
    if (chosen.values !== initial[index]?.values) columnValues[chosen.column] = chosen.values;
  });
  // The API refuses options about columns that are not there.
  for (const options of [columnUnits, columnValues])
    for (const column of Object.keys(options)) if (!used.has(column)) delete options[column];
  return { ...reading, columns, columnUnits, columnValues };
}

/** Return the headings of each column that several headings would be read as. */
export function conflictsOf(mapping: readonly MappedColumn[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const { column, header } of mapping)
    if (column !== null) headers.set(column, [...(headers.get(column) ?? []), header]);
  return new Map([...headers].filter(([, same]) => same.length > 1));
}

/**
 * Return the choices worth remembering: of headings that the user gave a meaning or a unit. The
 * heading of IDs, a number and a single letter might be a cell of a file without a header.
 */
export function headingsToRemember(
  mapping: readonly MappedColumn[],
  preview: Preview,
  columnByName: (name: string) => Column | null,
): KnownHeadings {
  const chosen = mapping.filter(({ header, column, unit }, index) => {
    const read = preview.columns[index];
    const isChoice = column !== read?.column || unit !== (read?.unit ?? '');
    return (
      isChoice && column !== null && columnByName(column)?.kind !== 'id' && mayRemember(header)
    );
  });
  return Object.fromEntries(
    chosen.map(({ header, column, unit }) => [
      header,
      { column: column ?? '', unit: unit || null },
    ]),
  );
}

/**
 * Return the remembered choices that this file needs: for headings that are not read by themselves,
 * and for columns in which the service suspects the remembered unit.
 */
export function headingsToRecall(
  check: FileCheck,
  known: KnownHeadings,
  reading: Reading,
  columnByName: (name: string) => Column | null,
): KnownHeadings {
  const preview = previewToMap(check);
  if (preview === null) return {};
  const findings = check.state === 'done' ? check.report.errors : [];
  const taken = new Set(preview.columns.map(({ column }) => column));
  const recalled: Record<string, KnownHeading> = {};
  for (const { header, column } of preview.columns) {
    const choice = Object.hasOwn(known, header) ? known[header] : undefined;
    const units = choice && columnByName(choice.column)?.units;
    if (choice === undefined || units === undefined) continue;
    if (choice.unit !== null && !units.some(({ name }) => name === choice.unit)) continue;
    const isNew = column === null && !taken.has(choice.column);
    if (isNew && !Object.hasOwn(reading.columns, header)) recalled[header] = choice;
    else if (column === choice.column && isUnitSuspected(findings, choice))
      recalled[header] = choice;
    taken.add(choice.column);
  }
  return recalled;
}

/** Return the reading with remembered choices. */
export function withKnownHeadings(reading: Reading, known: KnownHeadings): Reading {
  const columns = { ...reading.columns };
  const columnUnits = { ...reading.columnUnits };
  for (const [header, { column, unit }] of Object.entries(known)) {
    columns[header] = column;
    if (unit !== null) columnUnits[column] = unit;
  }
  return { ...reading, columns, columnUnits };
}

/** Return the reading without remembered choices. */
export function withoutKnownHeadings(reading: Reading, known: KnownHeadings): Reading {
  const columns = { ...reading.columns };
  const columnUnits = { ...reading.columnUnits };
  for (const [header, { column }] of Object.entries(known)) {
    delete columns[header];
    delete columnUnits[column];
  }
  return { ...reading, columns, columnUnits };
}

/** Return the values of the texts that were understood, with null for those that mean "not measured". */
function wordsOf(assumptions: readonly Assumption[]): Record<string, string | null> {
  return Object.fromEntries(
    assumptions.flatMap(({ kind, params }): [string, string | null][] => {
      if (kind === 'words') return Object.entries(params['words'] as Record<string, string | null>);
      if (kind !== 'missing_mark') return [];
      return (params['texts'] as string[]).map((text) => [text, null]);
    }),
  );
}

function isUnitSuspected(findings: readonly Finding[], { column, unit }: KnownHeading): boolean {
  return findings.some(
    (finding) =>
      finding.row === null &&
      finding.code === 'unit_suspected' &&
      finding.column === column &&
      finding.hint_unit === unit,
  );
}

/** Whether a heading has a word, and so is not a number of a file without a header. */
export function isWord(header: string): boolean {
  return /\p{L}{2}/u.test(header);
}

/** Whether a heading, such as "b1", is neither a number nor a single letter. */
function mayRemember(header: string): boolean {
  return isWord(header) || /^\p{L}[\p{L}\p{N}]/u.test(header);
}

function examplesOf({ rows }: Preview, index: number): string[] {
  const cells = rows.map((row) => row.cells[index] ?? '').filter((cell) => cell.trim() !== '');
  return [...new Set(cells)].slice(0, EXAMPLES_SHOWN);
}
