import type { Model, Prediction, Row } from './types';

// Results that were made before the API knew these fields lack them: an absent list is empty, any
// other absent value is null.

type Sent<T, Newer extends keyof T> = Omit<T, Newer> & Partial<Pick<T, Newer>>;

export type SentModel = Sent<
  Model,
  'point_estimate' | 'interval_method' | 'contribution_scale' | 'survival_years'
>;

export function completeModel(model: SentModel): Model {
  return {
    ...model,
    point_estimate: model.point_estimate ?? null,
    interval_method: model.interval_method ?? null,
    contribution_scale: model.contribution_scale ?? null,
    survival_years: model.survival_years ?? [],
  };
}

export type SentPrediction = Sent<
  Prediction,
  'horizon_years' | 'contribution_scale' | 'survival_years' | 'receipt'
>;

export function completePrediction(prediction: SentPrediction): Prediction {
  return {
    ...prediction,
    horizon_years: prediction.horizon_years ?? null,
    contribution_scale: prediction.contribution_scale ?? null,
    survival_years: prediction.survival_years ?? null,
    receipt: prediction.receipt ?? null,
  };
}

export type SentRow = Sent<
  Row,
  | 'survival'
  | 'median_years'
  | 'mayo_score'
  | 'if_measured'
  | 'measure_first'
  | 'contributions'
  | 'imputed'
  | 'out_of_range'
>;

export function completeRow(row: SentRow): Row {
  return {
    ...row,
    survival: row.survival ?? [],
    median_years: row.median_years ?? null,
    mayo_score: row.mayo_score ?? null,
    imputed: row.imputed ?? [],
    if_measured: row.if_measured ?? [],
    measure_first: row.measure_first ?? null,
    out_of_range: row.out_of_range ?? [],
    // An API older than the page named the value otherwise.
    contributions: (row.contributions ?? []).filter((each) => Number.isFinite(each.value)),
  };
}
