import { createFormat, nameInSentence } from '../format';
import { unitName } from './units';

const format = createFormat('en');
const range = (low: number, high: number, unit = '') =>
  `${format.number(low)} to ${format.number(high)}${unit && `\u00a0${unit}`}`;

/** Labels by column. Other columns have the title from the catalogue. */
const labels: Record<string, string> = {
  ID: 'Patient ID (optional)',
  Age: 'Age',
  Edema: 'Oedema',
};

const hints: Record<string, string> = {
  ID: 'For your own use. It is shown in the result. Please do not enter a name.',
  Prothrombin:
    'In seconds, not as INR. It depends on the laboratory’s reagent: half of the study’s patients had at most 10.6.',
};

/**
 * Meanings of categories, by column and code or by code alone. Other codes are shown as they are.
 */
const values: Record<string, string> = {
  N: 'no',
  Y: 'yes',
  F: 'female',
  M: 'male',
  'Edema.N': 'None, and no diuretics',
  'Edema.S': 'Present without diuretics, or resolved by them',
  'Edema.Y': 'Present despite diuretics',
};

/** The form for one patient. */
export const patient = {
  inputMode: 'Source of the data',
  inputModes: { file: 'A file', form: 'One patient' },
  units: 'Units of the laboratory values',
  systems: {
    conventional: 'Conventional (mg/dL, g/dL)',
    si: 'SI (µmol/L, g/L, mmol/L)',
  },
  required: 'Required',
  optional: 'Optional',
  optionalHint:
    'The more of the values that a model uses are known, the better its estimate. Leave a field empty if its value was not measured or is not known.',
  notKnown: 'not known',
  labels,
  hints,
  values,
  /** The unit after a label, such as “Age, years”. */
  unit: unitName,
  range: (low: number, high: number, unit: string | null = null) =>
    range(low, high, unit ? unitName(unit) : ''),
  /** A typed number in the other unit. */
  otherUnit: (value: number, unit: string) => `= ${format.number(value)}\u00a0${unitName(unit)}`,
  unusual: (low: number, high: number, unit: string | null) =>
    `Outside the range of the study’s patients (${range(low, high, unit ? unitName(unit) : '')}): the estimate is less certain.`,
  /** In place of a required value that was not entered. */
  enter: (label: string, isChoice: boolean) =>
    isChoice
      ? `Choose an answer for ${nameInSentence(label)}.`
      : `Enter the ${nameInSentence(label)}.`,
  ambiguousComma: (typed: string) =>
    `The comma is ambiguous. Please write ${typed.replace(',', '')} or ${typed.replace(',', '.')}.`,
  missing: (names: readonly string[]) => `Still needed: ${names.join('; ')}.`,
  checking: 'Checking the values…',
  good: 'Checked: no errors found.',
  bad: 'Please correct the marked fields.',
  notChecked:
    'The values could not be checked. You can start without the check: values with errors cost nothing.',
  blocked: 'To start, correct the marked fields.',
  save: 'Save the values as a CSV file',
  clear: 'Clear the form',
  noFields: 'The fields appear when the list of models is loaded.',
  fileName: 'patient',
};
