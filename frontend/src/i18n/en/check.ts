import { createFormat } from '../format';
import { patients } from './nouns';

const format = createFormat('en');

/** The free check (dry run) of a file before its submission. */
export const check = {
  sending: 'Sending the file…',
  checking: 'Checking the file…',
  good: (rows: number) => `Checked: ${patients(rows)}, no errors found.`,
  someBad: (bad: number, rows: number) =>
    `Checked: ${format.whole(bad)} of ${patients(rows)} ${bad === 1 ? 'has' : 'have'} errors. The other ${rows - bad === 1 ? 'one' : format.whole(rows - bad)} can be calculated.`,
  allBad: (rows: number) =>
    `Checked: ${patients(rows)}. All have errors, so none can be calculated.`,
  columnsUnclear: (rows: number) =>
    `Checked: ${patients(rows)}. It is not clear how to read some columns.`,
  /** Of a large file, only the first rows are checked before the submission. */
  sampled: {
    good: (rows: number) =>
      `Checked the first ${patients(rows)}: no errors found. The rest is checked after the start. If it has errors, the coins are refunded.`,
    someBad: (bad: number, rows: number) =>
      `Checked the first ${patients(rows)}: ${format.whole(bad)} ${bad === 1 ? 'has' : 'have'} errors.`,
    allBad: (rows: number) =>
      `Checked the first ${patients(rows)}. All have errors, so none can be calculated.`,
  },
  largeHint:
    'A file of this size is uploaded with all its columns to the service’s storage to be checked. If you remove it here, it is deleted there at once. If you do not start the prediction, it is deleted within two days.',
  preview: 'Preview',
  /** `rows` is null if only the beginning of the file was checked. */
  previewCaption: (shown: number, rows: number | null, areFirst: boolean) =>
    shown === rows
      ? `Preview: ${rows === 1 ? '' : 'all '}${format.count(rows, { one: 'row', other: 'rows' })}`
      : `Preview: ${areFirst ? 'first ' : ''}${rows === null ? '' : `${format.whole(shown)} of `}${format.count(rows ?? shown, { one: 'row', other: 'rows' })}`,
  notChecked: 'The file could not be checked.',
  notCheckedHint: 'You can start without the check: a file with errors costs nothing.',
  skip: (bad: number, good: number) =>
    `Skip ${bad === 1 ? 'this patient' : `these ${patients(bad)}`} and predict the other ${format.whole(good)}`,
  skipAll: 'Skip the patients with errors and predict the others',
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
    'If the model needs one of these columns, it uses what it expects for a patient with these other values. The estimates are less certain.',
  personalColumns: 'Columns that may identify a person',
  personalColumnsHint:
    'Names, addresses, phone numbers, document numbers and dates of birth are not needed. Please remove them, and use IDs that mean nothing to others.',
  ignoredColumns: 'Columns that are not used',
  warnings: 'Please check',
  outOfRange: 'Unusual values: outside the range of the study’s patients',
  outOfRangeHint:
    'They are predicted, and the result marks them: the estimates of these patients are less certain.',
  outOfRangeColumn: (column: string, count: number, rows: readonly number[], range: string) =>
    `${column}: ${patients(count)} outside ${range} (${format.plural(rows.length, { one: 'row', other: 'rows' })} ${format.list(rows)}${count > rows.length ? ', …' : ''})`,
  imputed: 'Values that were not measured',
  imputedHint:
    'If the model needs them, it uses what it expects for a patient with these other values, and the result says so. The estimates are less certain.',
  imputedColumn: (column: string, count: number) => `${column}: ${patients(count)}`,
  unitsTitle: 'Units in the file',
  units: {
    stated: 'Conventional (mg/dL, g/dL)',
    si: 'SI (µmol/L, g/L, mmol/L)',
  },
  unitsHint:
    'A unit in a column header, e.g. “Bilirubin [umol/L]”, overrides this. Compare the units below with your lab’s: some mix-ups cannot be detected.',
};
