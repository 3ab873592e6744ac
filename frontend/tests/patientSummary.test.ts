import { expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { patientSummary } from '../src/lib/patientSummary';
import { resultParametersOf } from '../src/lib/resultParameters';
import { finishedPrediction, patientRow, repositoryFile } from './fixtures';

const points = [
  { years: 1, probability: 0.97, lower: null, upper: null },
  { years: 5, probability: 0.835, lower: null, upper: null },
];
const prediction = finishedPrediction({ file_name: 'anna-ivanova.csv', model_version: '2.0.0' });
const row = patientRow({
  id: 'IVANOVA-1',
  years: 5.6,
  survival: points,
  imputed: ['Copper'],
  out_of_range: [{ column: 'Bilirubin', direction: 'above' }],
});

function summaryOf(change: Partial<typeof row>, dictionary = en): string {
  const parameters = resultParametersOf(prediction, null);
  const summarised = {
    row: { ...row, ...change },
    prediction,
    parameters,
    modelTitle: 'A model',
    columnTitle: (column: string) => `${column}, title`,
  };
  return patientSummary(summarised, dictionary).replaceAll('\u00a0', ' ');
}

test('the summary has estimate, interval, survival, model, version, date and the caveats', () => {
  const summary = summaryOf({});
  for (const part of [
    'On average, similar patients live 5.6 of the next 7 years. Not life expectancy',
    'Interval: from 3.0 to',
    '97 of 100 similar patients are alive in 1 year, 3 have died.',
    '84 of 100 similar patients are alive in 5 years, 16 have died.',
    'Expected years of life (without transplant) within the next 7 years',
    'Missing values: Copper, title.',
    'Unusual values: Bilirubin, title.',
    'Model: A model, version 2.0.0',
    '2 Jan 2026',
    'ursodeoxycholic acid',
    'not medical advice',
  ])
    expect(summary).toContain(part);
  expect(summaryOf({}, ru)).toContain('Через 5 лет живы 84 из 100 таких пациентов');
});

test('the trial in which the models with a curve were too optimistic is in the cards', () => {
  for (const model of ['mayo', 'cox-lasso']) {
    const { external } = JSON.parse(repositoryFile(`model_artifacts/${model}/card.json`));
    expect(external.observed_survival_4y).toBeLessThan(external.predicted_survival_4y);
    expect(external.observed_to_expected_95[0]).toBeGreaterThan(1);
  }
});

test('the summary has neither the ID nor the name of the file', () => {
  expect(summaryOf({})).not.toMatch(/ivanova/i);
});

test('the summary of a model without a curve says why it has no survival', () => {
  expect(summaryOf({ survival: [] })).toContain(en.patientPage.noCurve);
});

test('the page says the facts of the models’ cards about their patients', () => {
  const { data } = JSON.parse(repositoryFile('model_artifacts/lasso/card.json'));
  const [from, to] = data.period.split('-');
  for (const { patientPage } of [en, ru]) {
    for (const fact of [data.rows, data.events, data.transplants_censored, `${from}–${to}`])
      expect(patientPage.madeFrom.study).toContain(String(fact));
    expect(patientPage.madeFrom.score).toContain(`${from}–${to}`);
    expect(patientPage.madeFrom.score).toContain('312');
  }
  expect(repositoryFile('docs/models.md')).toContain(
    'its score was made from 312 of these patients',
  );
});
