// The result CSV in the form that a double click opens correctly in Excel.

import { Failure, pageProblem } from '../api/problem';
import type { Language } from '../i18n';

/** Columns of texts that may look like numbers and must stay as they are. */
const TEXT_COLUMNS = new Set(['ID', 'model', 'model_version', 'error']);
const DECIMAL = /^-?\d+\.\d+(e[+-]?\d+)?$/i;
/** A whole number that Excel keeps: no leading zero, and at most 15 digits. */
const KEPT_NUMBER = /^(0|[1-9]\d{0,14})$/;
/** What Excel may read as a number or a date: 0012, 1e5, 3-5, 1/2, 1.50, 10:30, 5%. */
const NUMBER_OR_DATE = /^[\d.,/: -]*\d[\d.,/: -]*(e[+-]?\d+)?%?$/i;
/** A day or a year with a month: MAR1, 5 May, 1-дек. */
const WITH_MONTH =
  /^(?=.*\d)(\d{1,4}[ .-]?)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|май|мая|июн|июл|авг|сен|окт|ноя|дек)\p{L}*([ .-]?\d{1,4})?$/iu;
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
 * are separated by semicolons and numbers have decimal commas, as Excel expects there. An ID that
 * Excel would change, such as 0012, is written as the formula ="0012". Other texts stay unchanged,
 * also those that are guarded against being read as a formula.
 */
export function csvForExcel(csv: string, language: Language): string {
  return `\ufeff${withCellsForExcel(csv, language)}`;
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

function withCellsForExcel(csv: string, language: Language): string {
  const headers: string[] = [];
  let column = 0;
  let isHeader = true;
  return csv.replace(CELL, (_, cell: string, end: string) => {
    if (isHeader) headers.push(cell);
    const written = isHeader ? cell : cellForExcel(cell, headers[column] ?? '', language);
    column = end === ',' ? column + 1 : 0;
    if (end !== ',') isHeader = false;
    if (language !== 'ru') return `${written}${end}`;
    // A semicolon inside a cell would end it. The service quotes such cells; this is for the others.
    const needsQuotes = written.includes(';') && !written.startsWith('"');
    return `${needsQuotes ? `"${written}"` : written}${end === ',' ? ';' : end}`;
  });
}

function cellForExcel(cell: string, header: string, language: Language): string {
  if (header === 'ID') return unchangedId(cell);
  return language === 'ru' && !TEXT_COLUMNS.has(header) ? decimalComma(cell) : cell;
}

/** Return an ID as a formula if Excel would change it. The quotes are doubled inside a CSV cell. */
function unchangedId(cell: string): string {
  const id = cell.replace(/^"(.*)"$/s, '$1');
  const isChanged = (NUMBER_OR_DATE.test(id) && !KEPT_NUMBER.test(id)) || WITH_MONTH.test(id);
  return isChanged ? `"=""${id}"""` : cell;
}

function decimalComma(cell: string): string {
  return DECIMAL.test(cell) ? cell.replace('.', ',') : cell;
}
