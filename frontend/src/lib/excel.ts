// The result CSV in the form that a double click opens correctly in Excel.

import { Failure, pageProblem } from '../api/problem';
import type { Language } from '../i18n';

/** Columns of texts that may look like numbers and must stay as they are. */
const TEXT_COLUMNS = new Set(['ID', 'model', 'model_version', 'error']);
const DECIMAL = /^-?\d+\.\d+(e[+-]?\d+)?$/i;
const DOWNLOAD_TIMEOUT_MS = 180_000;
/** A cell and the character after it. Quoted cells may contain separators, quotes and line breaks. */
const CELL = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/g;

/** Download a result CSV and return its form for Excel, with the name of the CSV and "-excel". */
export async function excelFile(url: string, language: Language): Promise<File> {
  const csv = await fetchText(url);
  return new File([csvForExcel(csv, language)], excelName(url), { type: 'text/csv' });
}

/**
 * Return the result CSV with a byte order mark, by which Excel recognises UTF-8. In Russian, cells
 * are separated by semicolons and numbers have decimal commas, as Excel expects there. Texts stay
 * unchanged, also those that are guarded against being read as a formula.
 */
export function csvForExcel(csv: string, language: Language): string {
  return `\ufeff${language === 'ru' ? withSemicolons(csv) : csv}`;
}

/** Return the name of the file. That of the CSV is in its address, as the browser's own download has it. */
export function excelName(url: string): string {
  const disposition = new URL(url).searchParams.get('response-content-disposition') ?? '';
  return `${/filename="([^"]+)\.csv"/.exec(disposition)?.[1] ?? 'result'}-excel.csv`;
}

async function fetchText(url: string): Promise<string> {
  const signal = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
  // The address itself is the permission.
  const options = { cache: 'no-store', credentials: 'omit', signal } as const;
  const response = await fetch(url, options).catch(() => null);
  if (response === null) throw new Failure(pageProblem('network_down'));
  if (!response.ok) throw new Failure(pageProblem('result_expired', { status: response.status }));
  return response.text();
}

function withSemicolons(csv: string): string {
  const isText: boolean[] = [];
  let column = 0;
  let isHeader = true;
  return csv.replace(CELL, (_, cell: string, end: string) => {
    if (isHeader) isText.push(TEXT_COLUMNS.has(cell));
    const written = isHeader || isText[column] ? cell : decimalComma(cell);
    column = end === ',' ? column + 1 : 0;
    if (end !== ',') isHeader = false;
    // A semicolon inside a cell would end it. The service quotes such cells; this is for the others.
    const needsQuotes = written.includes(';') && !written.startsWith('"');
    return `${needsQuotes ? `"${written}"` : written}${end === ',' ? ';' : end}`;
  });
}

function decimalComma(cell: string): string {
  return DECIMAL.test(cell) ? cell.replace('.', ',') : cell;
}
