// The texts of the patient's page: its views, the summary for the clipboard, and the report.

import { createFormat } from '../format';
import { wholeYears } from './nouns';

const format = createFormat('en');
const of100 = (count: number) => `${format.whole(count)}\u00a0of\u00a0100`;

export const patientPage = {
  viewsLabel: 'Views of this estimate',
  views: { words: 'In words', people: '100 people', curve: 'Curve', table: 'Table' },
  viewNotLoaded: 'This view could not be loaded.',
  /** `alive` of 100 patients are alive after so many years. */
  frame: (at: number, alive: number) => {
    const time = `in ${wholeYears(at)}`;
    if (alive === 100)
      return `More than ${of100(99)} similar patients are alive ${time}, fewer than 1 of 100 has died.`;
    if (alive === 0)
      return `Fewer than ${of100(1)} similar patients is alive ${time}, more than 99 have died.`;
    const died = 100 - alive;
    return `${of100(alive)} similar patients ${alive === 1 ? 'is' : 'are'} alive ${time}, ${format.whole(died)} ${died === 1 ? 'has' : 'have'} died.`;
  },
  /** `estimate`: a part of the horizon, such as "7.2 of the next 8 years". */
  expected: (estimate: string) => `On average, similar patients live ${estimate}.`,
  noCurve:
    'This model estimates the years directly. It has no survival curve, so it does not say how many patients are alive after a given time.',
  modelsWithCurve: (titles: readonly string[]) => `With a curve: ${titles.join('; ')}.`,
  year: 'Time',
  inYears: (at: number) => `in ${wholeYears(at)}`,
  alive: 'alive',
  died: 'died',
  contributions: {
    value: 'Value',
    amount: 'Contribution',
  },
  udca: 'Most of these data are from before ursodeoxycholic acid (UDCA): patients treated today usually live longer than these numbers say.',
  otherTrial:
    'But in another trial of that time (PBC3), the models with a curve were too optimistic: fewer patients survived than predicted.',
  /** The patients that a model was made from. */
  madeFrom: {
    study:
      'Made from 418 patients with primary biliary cholangitis at the Mayo Clinic, 1974–1986: 161 died, and 25 were followed only until their liver transplant.',
    score:
      'The published Mayo score of 1989, made from 312 of the study’s 418 patients with primary biliary cholangitis at the Mayo Clinic, 1974–1986.',
  },
  /** How many values are missing or unusual. */
  lessCertain: (parts: readonly string[]) =>
    `Less certain: ${parts.join(', ')} (see the notes below).`,
  copy: 'Copy summary',
  copied: 'The summary has been copied.',
  notCopied: 'The summary could not be copied. Please copy it from the field below.',
  summary: {
    title: 'Primary biliary cholangitis: estimate for one patient',
    label: 'Summary',
    research: 'For research and teaching. Not a medical device, not medical advice.',
  },
  model: (title: string, version: string) => `Model: ${title}, version ${version}`,
  date: (date: string) => `Date: ${date}`,
  receipt: (id: string) => `Receipt: ${id}`,
};
