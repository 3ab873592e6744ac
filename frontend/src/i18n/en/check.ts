import { createFormat } from '../format';
import { patients } from './nouns';

const format = createFormat('en');

/** The free check (dry run) of a file before its submission. */
export const check = {
  sending: 'Sending the file…',
  checking: 'Checking the file…',
  good: (rows: number) => `Checked: ${patients(rows)}, no mistakes found.`,
  someBad: (bad: number, rows: number) =>
    `Checked: ${format.whole(bad)} of ${patients(rows)} cannot be predicted because of mistakes.`,
  allBad: (rows: number) =>
    `Checked: ${patients(rows)}. None can be predicted because of mistakes.`,
  columnsUnclear: (rows: number) =>
    `Checked: ${patients(rows)}. Before the prediction, please say how to read some columns.`,
  /** Of a large file, only the first rows are checked before the submission. */
  sampled: {
    good: (rows: number) =>
      `Checked the first ${patients(rows)}: no mistakes found. The rest is checked after the start. If it has mistakes, the coins are refunded.`,
    someBad: (bad: number, rows: number) =>
      `Checked the first ${patients(rows)}: ${format.whole(bad)} cannot be predicted because of mistakes.`,
    allBad: (rows: number) =>
      `Checked the first ${patients(rows)}. None can be predicted because of mistakes.`,
  },
  largeHint:
    'A file of this size is uploaded with all its columns to the service’s storage to be checked. If you remove it here, it is deleted there at once. If you do not start the prediction, it is deleted within two days.',
  preview: 'The file as it was read',
  notChecked: 'The file could not be checked.',
  notCheckedHint: 'You can start without the check: a file with mistakes costs nothing.',
  skip: (bad: number, good: number) =>
    `Skip ${bad === 1 ? 'this patient' : `these ${patients(bad)}`} and predict the other ${format.whole(good)}`,
  skipAll: 'Skip the patients with mistakes and predict the others',
  skipHint:
    'Skipped patients keep their row in the result, with the reason instead of an estimate. The price stays the same.',
  blocked: {
    skip_or_correct: 'To start, tick the box above or choose a corrected file.',
    correct: 'To start, choose a corrected file.',
    columns: 'To start, say above how to read the columns, or choose a corrected file.',
    patients: 'To start, choose a file.',
    model: 'To start, choose a model.',
    coins: 'To start, get more coins.',
  },
  duplicateIds: 'IDs that occur more than once',
  duplicateIdsHint:
    'This does not prevent the prediction. Please check whether a patient is in the file twice.',
  duplicateId: (id: string, rows: readonly number[]) =>
    `${id}: ${format.plural(rows.length, { one: 'row', other: 'rows' })} ${format.list(rows)}`,
  absentColumns: 'Columns that are not in the file',
  absentColumnsHint:
    'If the model uses one of these columns, it takes the value to expect given the patient’s other values, and the estimates are less certain.',
  personalColumns: 'Columns that may identify a person',
  personalColumnsHint:
    'Names, addresses, phone numbers, document numbers and dates of birth are not needed. Please remove them, and use IDs that mean nothing to others.',
  ignoredColumns: 'Columns that are not used',
  warnings: 'Please check',
  outOfRange: 'Values outside the range of the study’s patients',
  outOfRangeHint:
    'They are predicted, and the result marks them: the estimates of these patients are less certain.',
  outOfRangeColumn: (column: string, count: number, rows: readonly number[], range: string) =>
    `${column}: ${patients(count)} outside ${range} (${format.plural(rows.length, { one: 'row', other: 'rows' })} ${format.list(rows)}${count > rows.length ? ', …' : ''})`,
  imputed: 'Values that were not measured',
  imputedHint:
    'If the model uses them, it takes the value to expect given the patient’s other values, and the result says so. The estimates are less certain.',
  imputedColumn: (column: string, count: number) => `${column}: ${patients(count)}`,
  unitsTitle: 'Units in the file',
  units: {
    stated: 'As in the table of columns',
    si: 'SI units (µmol/L, g/L, mmol/L)',
  },
  unitsHint:
    'A unit in the header of a column, such as “Bilirubin [umol/L]”, takes precedence. Please compare the units below with those of the laboratory. Not every mix-up can be detected.',
};
