import { expect, test } from 'vitest';
import { missingColumns, type ScoreCard, type ScoreValues, scoreOf } from '../src/lib/mayoScore';
import { MAYO_SURVIVAL, modelCard, repositoryFile } from './fixtures';

const card = modelCard('mayo') as unknown as ScoreCard;

/** A patient and the API's answer for them, to six decimals. */
interface Golden {
  values: ScoreValues;
  mayo_score: number;
  years: number;
  survival: { years: number; probability: number }[];
}

const golden: Golden[] = JSON.parse(repositoryFile('tests/unit/data/mayo_rows.json'));

test.each(golden)('$values has the same score, years and curve as in the API', (row) => {
  const score = scoreOf(card, row.values);
  expect(score.score).toBeCloseTo(row.mayo_score, 5);
  expect(score.years).toBeCloseTo(row.years, 5);
  expect(score.survival.map(({ years }) => years)).toEqual(row.survival.map(({ years }) => years));
  for (const [index, { probability }] of score.survival.entries())
    expect(probability).toBeCloseTo(row.survival[index]?.probability ?? Number.NaN, 5);
});

test('the curve of the average patient is the published one', () => {
  const [patient] = golden;
  if (!patient) throw new Error('there should be patients');
  // Change the bilirubin until the score is that of the average patient.
  const excess = scoreOf(card, patient.values).score - card.reference;
  const coefficient = card.features.find(({ column }) => column === 'Bilirubin')?.coefficient ?? 0;
  const bilirubin = Number(patient.values.Bilirubin) * Math.exp(-excess / coefficient);
  const average = scoreOf(card, { ...patient.values, Bilirubin: bilirubin });
  expect(average.survival.map(({ probability }) => Number(probability.toFixed(3)))).toEqual(
    MAYO_SURVIVAL,
  );
});

test('the columns without a value are named', () => {
  expect(missingColumns(card, { Age: 20000, Edema: 'N', Albumin: 3.5 })).toEqual([
    'Bilirubin',
    'Prothrombin',
  ]);
});
