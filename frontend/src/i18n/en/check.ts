import { createFormat } from '../format';
import { patients } from './nouns';

const format = createFormat('en');

/** The free check of a file before it is submitted. */
export const check = {
  sending: 'Sending the file…',
  checking: 'Checking the file…',
  good: (rows: number) => `Checked: ${patients(rows)}, no mistakes found.`,
  someBad: (bad: number, rows: number) =>
    `Checked: ${format.whole(bad)} of ${patients(rows)} cannot be predicted as they are.`,
  allBad: (rows: number) => `Checked: ${patients(rows)}, none of them can be predicted.`,
  /** Of a large file only the beginning is checked before it is submitted. */
  beginning: {
    good: (rows: number) =>
      `Checked the first ${patients(rows)}: no mistakes found. The rest is checked when you start; a mistake there gives the coins back.`,
    someBad: (bad: number, rows: number) =>
      `Of the first ${patients(rows)}, ${format.whole(bad)} cannot be predicted as they are.`,
    allBad: (rows: number) => `Of the first ${patients(rows)}, none can be predicted.`,
  },
  largeHint:
    'Files of this size are sent with all their columns to the service’s storage to be checked. Removing the file here deletes it there at once; what is not started is deleted within two days.',
  preview: 'The file as it was read',
  notChecked: 'The file could not be checked.',
  notCheckedHint: 'You can start without the check: a file with mistakes costs nothing.',
  leaveOut: (bad: number, good: number) =>
    `Leave ${bad === 1 ? 'this patient' : `these ${patients(bad)}`} out and predict the other ${format.whole(good)}`,
  leaveOutAll: 'Leave the patients with mistakes out and predict the others',
  leaveOutHint:
    'Patients that are left out keep their place in the result, with the reason instead of an estimate. The price stays the same.',
  blocked: {
    choose_or_correct: 'To start, tick the box above or choose a corrected file.',
    correct: 'To start, choose a corrected file.',
    patients: 'To start, choose a file.',
    model: 'To start, choose a model.',
  },
  repeated: 'IDs that occur more than once',
  repeatedHint: 'The file is not refused for that. Please see whether a patient is there twice.',
  repeatedId: (id: string, rows: readonly number[]) =>
    `${id}: ${format.plural(rows.length, { one: 'row', other: 'rows' })} ${format.list(rows)}`,
  absent: 'Columns that are not in the file',
  absentHint:
    'Where the model uses one of them, the typical value stands in, and the estimates are less certain.',
  personal: 'Columns that seem to name a person',
  personalHint:
    'Names, addresses, phone and document numbers, dates of birth are not needed. Please remove them, and use IDs that say nothing to others.',
  ignored: 'Columns that are not used',
  unitsTitle: 'Units in the file',
  units: {
    stated: 'As in the table of columns',
    si: 'SI units (µmol/L, g/L, mmol/L)',
  },
  unitsHint:
    'A unit in the header of a column, such as “Bilirubin [umol/L]”, goes first. Please compare the units below with the laboratory’s: not every mix-up can be noticed.',
};
