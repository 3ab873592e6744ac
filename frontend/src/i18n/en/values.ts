// The texts about the values of a patient: beside the result, changed, and while they are typed.

import { createFormat } from '../format';
import { wholeYears } from './nouns';

const format = createFormat('en');

/** The values beside a result. */
const entered = {
  title: 'Values that were entered',
  column: 'Value',
  value: 'Entered, and its effect',
  notGiven: 'not known; expected value used',
  unusual: 'unusual',
  effects: {
    worse: 'raises the risk',
    better: 'lowers the risk',
    none: 'hardly matters',
    /** The model does not use the value of this patient. */
    unused: 'no effect',
  },
  hint: 'Compared with the average patient of the study, according to this model. Values that this model never uses are not listed.',
  change: 'Change values',
  changeHint: 'Opens the form with these values. Each new calculation is charged.',
};

/** The estimate before and after a change of values. */
const compared = {
  title: 'Before and now',
  caption: 'Estimates with the earlier and with the changed values',
  before: 'Before',
  now: 'Now',
  estimate: 'On average',
  interval: 'Interval',
  model: 'Model',
  otherHorizon:
    'The two models look ahead a different number of years, so the estimates cannot be compared directly.',
  notCaused:
    'The numbers compare two patients with these values. They do not say what a treatment would change.',
  same: 'The values are the same.',
  openBefore: 'Open the earlier result',
  gone: 'The earlier result cannot be shown. Its files may have been deleted.',
  notGiven: 'not given',
  /** In the form, with a link to the earlier result. */
  changing: 'You are changing the values of',
  earlierResult: 'an earlier result',
  changingHint: 'The new estimate will stand beside the earlier one.',
};

/** Not to keep the values. */
const keeping = {
  dontKeep: 'Do not keep the values',
  hint: 'Otherwise the values that the model uses are kept beside the result and deleted with it. What you send is deleted within two days in any case.',
  never: 'The values of more than 100 patients are not kept with the result.',
};

/** The published score while the values are typed. */
const live = {
  title: 'Mayo risk score as you type',
  lead: 'Free of charge, computed in your browser from the published formula of 1989. It needs five of these values.',
  missing: (names: readonly string[]) => `Needed for the score: ${names.join('; ')}.`,
  score: 'Score',
  average: (reference: number) => `average patient: about ${format.whole(reference)}`,
  estimate: 'On average',
  altText: (points: readonly { years: number; probability: number }[]) =>
    `Published survival curve for this score. Chance of still being alive: ${points
      .map((point) => `${format.percent(point.probability)} after ${wholeYears(point.years)}`)
      .join(', ')}.`,
  notLoaded: 'The score could not be loaded.',
  loading: 'Loading the score…',
};

/** Numbers that were typed in other units than they are shown in. */
const conversion = {
  converted: (changes: readonly string[]) =>
    `The numbers were converted to the chosen units: ${changes.join('; ')}.`,
  change: (label: string, typed: string, shown: string) => `${label} ${typed} = ${shown}`,
  keep: 'Keep the numbers as typed',
  kept: 'The numbers are now as you typed them, in the chosen units. Please check them.',
};

/** The fields of the form that have to be corrected. */
const summary = {
  /** In the list of these fields. */
  missing: 'not filled in.',
  title: (count: number) =>
    `Please correct ${format.count(count, { one: 'field', other: 'fields' })}:`,
};

export const values = { entered, compared, keeping, live, conversion, summary };
