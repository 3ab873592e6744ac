import { expect, test } from 'vitest';
import {
  completeModel,
  completePrediction,
  completeRow,
  type SentModel,
  type SentPrediction,
  type SentRow,
} from '../src/api/complete';
import { catalogueModel, finishedPrediction, patientRow } from './fixtures';

/** The same without these fields, as an older service sends it. */
function without(whole: object, ...names: string[]): unknown {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name)));
}

test('what is there stays', () => {
  const row = patientRow({ mayo_score: 6.4, contributions: [{ column: 'Age', value: 0.1 }] });
  expect(completeRow(row)).toEqual(row);
  expect(completePrediction(finishedPrediction())).toEqual(finishedPrediction());
  expect(completeModel(catalogueModel())).toEqual(catalogueModel());
});

test('of an older row absent lists are empty and absent values null', () => {
  const newer = ['survival', 'median_years', 'mayo_score', 'if_measured', 'measure_first'];
  const sent = without(patientRow(), ...newer) as SentRow;
  expect(completeRow(sent)).toEqual(patientRow());
});

test('contributions by their older name are left out, not drawn as NaN', () => {
  const sent = { ...patientRow(), contributions: [{ column: 'Age', years: 1 }] };
  expect(completeRow(sent as unknown as SentRow).contributions).toEqual([]);
});

test('an older prediction says nothing of its scale and has no receipt', () => {
  const newer = ['horizon_years', 'contribution_scale', 'survival_years', 'receipt'];
  const sent = without(finishedPrediction(), ...newer) as SentPrediction;
  expect(completePrediction(sent)).toMatchObject({
    horizon_years: null,
    contribution_scale: null,
    survival_years: null,
    receipt: null,
  });
});

test('an older model has no curve', () => {
  const newer = ['point_estimate', 'interval_method', 'contribution_scale', 'survival_years'];
  const sent = without(catalogueModel(), ...newer) as SentModel;
  expect(completeModel(sent)).toMatchObject({ point_estimate: null, survival_years: [] });
});
