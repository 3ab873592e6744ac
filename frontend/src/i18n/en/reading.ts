// How a file was read, and how to say that it should be read otherwise.

import type { AssumptionWords } from '../../api/assumptionKinds';
import { createFormat, unbroken } from '../format';
import { patients } from './nouns';

const format = createFormat('en');

const SEPARATORS: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };

const assumptions: AssumptionWords = {
  file: {
    separator_line: ({ separator }) =>
      `The line “sep=${separator}” above the header was skipped; the cells are separated by ${SEPARATORS[separator ?? ''] ?? `“${separator}”`}.`,
    header_line: ({ line }) => `Line ${line} is the header; the lines above it were skipped.`,
    second_header_row: ({ texts }) =>
      `The row below the header${texts ? ` (${texts})` : ''} is a part of the header, not a patient.`,
    repeated_header: ({ count }) =>
      `Rows that repeat the header and were skipped: ${format.whole(Number(count))}.`,
    row_names: () =>
      'Each row has one cell more than the header: the first cell is a row name and is not used.',
    encoding: ({ encoding }) => `The text encoding is ${encoding}.`,
    decimal_comma: () => 'Commas in numbers are decimal marks.',
    short_rows: ({ count, columns }) =>
      `The rows of ${patients(Number(count))} are shorter than the header: the cells that are missing at the end${columns ? ` (${columns})` : ''} count as not measured.`,
    sheet: ({ sheet, sheets }) =>
      `The sheet “${sheet}” was read; the workbook has ${format.count(Number(sheets), { one: 'sheet', other: 'sheets' })}.`,
  },
  columns: {
    heading: 'Headings',
    unit: 'Units',
    no_si_unit: 'Read in another unit, because there is no SI unit',
    unit_odd: 'Unusual median, please check the unit',
    words: 'Words and codes',
    missing_mark: 'Not measured',
    thousands_marks: 'Marks between thousands were left out',
    laboratory_flag: 'Flags of the laboratory were left out',
    unit_in_cell: 'Units in cells were left out',
    excel_text: 'Numbers that Excel holds as text',
  },
};

/** The report on how a file was read, and the questions about its columns. */
export const reading = {
  quote: (text: string) => `“${text}”`,
  assumptionsTitle: 'How the file was read',
  assumptions,
  questions: 'Questions about the columns',
  wholeFile: 'The numbers of the file',
  keepUnit: (unit: string) => `No, the unit is ${unbroken(unit)}`,
  readAs: (header: string, column: string) => `Read “${header}” as ${column}`,
  readIn: (unit: string) => `Read the column in ${unbroken(unit)}`,
  decimalAnswer: (example: string, value: number | null, mark: ',' | '.') =>
    `${mark === ',' ? 'Decimal comma' : 'Decimal point'}${value === null ? '' : `: “${example}” means ${format.number(value)}`}`,
  isMissing: (codes: readonly string[]) =>
    `${codes.join(', ')} ${codes.length === 1 ? 'means' : 'mean'}: not measured`,
  isMeasured: (codes: readonly string[]) =>
    `${codes.join(', ')} ${codes.length === 1 ? 'is a measured value' : 'are measured values'}`,
  change: 'Change how columns are read',
  mappingTitle: 'Columns of your file',
  mappingLead:
    'Say what each column of your file means. The required values are needed for every prediction.',
  noHeadings:
    'The first line of the table was taken for its headings. If it is a patient, add a line with headings above it and choose the file again: otherwise this patient is left out.',
  heading: 'Heading in the file',
  meaning: 'Meaning',
  unit: 'Unit',
  unitOf: (header: string) => `Unit of “${header}”`,
  meaningOf: (header: string) => `Meaning of “${header}”`,
  valueOf: (text: string, header: string) => `Meaning of “${text}” in “${header}”`,
  valuesTitle: 'What do the values mean?',
  setMeaning: (control: string) =>
    `If the file has words or codes of its own, say what they mean under “${control}”.`,
  notUsed: 'not used',
  unitByHeading: (unit: string) => `as in the heading, else ${unit}`,
  notMeasured: 'not measured',
  chooseValue: 'please choose',
  suggested: 'Suggestion: please check',
  conflict: (headers: readonly string[], column: string) =>
    `${headers.map((header) => `“${header}”`).join(' and ')} cannot both be ${column}. Please choose one of them.`,
  apply: 'Read the file like this',
  moreColumns: 'Only the first 30 columns are listed.',
  remembers:
    'The page remembers headings and units in this browser for your next file. It does not remember the heading of the IDs, nor any values.',
  asAnswered: 'The file is read as you said.',
  askAgain: 'Undo my answers',
  asLastTime: (choices: string) => `Read as chosen last time in this browser: ${choices}.`,
  forget: 'Forget these choices',
  helpTitle: 'Columns of a patient file',
  helpLead: 'You can fill in a template:',
  templateHint: 'Delete the example row.',
  template: { en: 'Template in English (CSV)', ru: 'Template in Russian (CSV)' },
  otherUnits: (units: string) => `also in ${units}`,
  alsoKnownAs: (aliases: string) => `Other headings that are recognised: ${aliases}.`,
  excel: 'Download for Excel',
  excelTooLarge: (rows: number) =>
    `A result of more than ${format.whole(rows)} patients cannot be converted for Excel in the browser. Download the CSV and open it in Excel with “Data”, “From Text/CSV”.`,
};
