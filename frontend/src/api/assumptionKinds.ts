// The kinds of assumptions that the page has sentences for.

/** Assumptions about the whole file. */
export const FILE_ASSUMPTIONS = [
  'separator_line',
  'header_line',
  'second_header_row',
  'repeated_header',
  'row_names',
  'encoding',
  'decimal_comma',
  'short_rows',
  'sheet',
] as const;

/** Assumptions about a column. Those of a kind are shown together. */
export const COLUMN_ASSUMPTIONS = [
  'heading',
  'unit',
  'no_si_unit',
  'unit_odd',
  'words',
  'missing_mark',
  'thousands_marks',
  'laboratory_flag',
  'unit_in_cell',
  'excel_text',
] as const;

/** The sentences of a language: of a file's assumption by its values, and above a kind's columns. */
export interface AssumptionWords {
  file: Record<(typeof FILE_ASSUMPTIONS)[number], (values: Record<string, string>) => string>;
  columns: Record<(typeof COLUMN_ASSUMPTIONS)[number], string>;
}
