// The codes of findings that the page has sentences for.

/** Codes of findings in a file: in a cell, a row or a column. The last three are warnings only. */
export const FINDING_CODES = [
  'column_missing',
  'column_duplicated',
  'unit_unknown',
  'value_missing',
  'not_a_number',
  'below_minimum',
  'above_maximum',
  'unit_suspected',
  'unknown_category',
  'cell_count',
  'not_finite',
  'mapping_invalid',
  'missing_code_suspected',
  'values_unclear',
  'decimal_unclear',
  'limit_not_value',
  'date_not_number',
  'unit_in_cell',
  'unit_odd',
  'heading_near',
  'ids_depend_on_encoding',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** Codes of findings in a field of a form. */
export const FIELD_CODES = [
  'missing',
  'too_short',
  'too_long',
  'too_common',
  'not_an_email',
  'name_with_at',
  'control_characters',
] as const;

export type FieldCode = (typeof FIELD_CODES)[number];

/** Fields of the account and voucher forms, by their names in the API. */
export const FIELD_NAMES = [
  'name',
  'email',
  'password',
  'intended_use',
  'old_password',
  'new_password',
  'code',
] as const;

export type FieldName = (typeof FIELD_NAMES)[number];
