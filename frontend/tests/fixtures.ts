// Test data. Each function returns an ordinary object, changed as the test needs it.

import { readFileSync } from 'node:fs';
import type {
  Column,
  CurveCard,
  DryRun,
  Model,
  Prediction,
  PreviewColumn,
  Row,
} from '../src/api/types';

/** Return the text of a file of the repository. */
export function repositoryFile(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/**
 * The published probabilities of the average patient of the Mayo study to live longer than 1, 2, ...
 * 7 years.
 */
export const MAYO_SURVIVAL = [0.97, 0.941, 0.883, 0.833, 0.774, 0.721, 0.651];

/** Return the card of a model on offer. */
export function modelCard(id: string): CurveCard & { survival_years: number[]; intercept: number } {
  return JSON.parse(repositoryFile(`model_artifacts/${id}/card.json`));
}

export function patientRow(change: Partial<Row> = {}): Row {
  return {
    row: 1,
    id: null,
    years: 5,
    lower: 3,
    upper: 8,
    upper_open: true,
    survival: [],
    median_years: null,
    mayo_score: null,
    imputed: [],
    imputed_values: [],
    if_measured: [],
    measure_first: null,
    out_of_range: [],
    baseline: 5,
    contributions: [],
    ...change,
  };
}

export function finishedPrediction(change: Partial<Prediction> = {}): Prediction {
  return {
    prediction_id: '0123456789abcdef0123456789abcdef',
    status: 'succeeded',
    is_finished: true,
    is_success: true,
    output: 5,
    error_info: null,
    error_code: null,
    prediction_model_id: 'mayo',
    model_version: '1.0.0',
    prediction_date: '2026-01-02T03:04:05Z',
    finished_at: '2026-01-02T03:04:06Z',
    file_name: 'patients.csv',
    name: null,
    note: null,
    ignored_columns: [],
    units: {},
    bad_rows: 0,
    assumptions: [],
    is_checked: true,
    rows: 1,
    rows_done: 1,
    cost: 20,
    refunded: false,
    retry_of: null,
    files_deleted_at: null,
    summary: null,
    horizon_years: 7,
    contribution_scale: 'score',
    survival_years: [1, 2, 3, 4, 5, 6, 7],
    curve_band_level: null,
    interval_quantiles: [0.1, 0.9],
    receipt: null,
    timings: null,
    ...change,
  };
}

export function catalogueModel(change: Partial<Model> = {}): Model {
  const localised = { en: 'Words.', ru: 'Слова.' };
  return {
    id: 'mayo',
    version: '1.0.0',
    coins: 20,
    enabled: true,
    title: localised,
    summary: localised,
    limits: localised,
    horizon_years: 7,
    point_estimate: localised,
    interval_method: localised,
    contribution_scale: 'score',
    survival_years: [1, 2, 3, 4, 5, 6, 7],
    curve_band_level: null,
    curve_band_method: null,
    statements: { en: [], ru: [] },
    estimand: localised,
    artefact: { file: 'model.joblib', sha256: '0'.repeat(64), bytes: 1 },
    columns: [],
    used_columns: [],
    filling_columns: [],
    recommendation: null,
    common_horizon: null,
    ...change,
  };
}

export function catalogueColumn(name: string, change: Partial<Column> = {}): Column {
  return {
    name,
    title: { en: name, ru: name },
    description: null,
    value_titles: null,
    aliases: [],
    kind: 'number',
    required: false,
    unit: null,
    allowed: null,
    minimum: null,
    maximum: null,
    training_minimum: null,
    training_maximum: null,
    units: [],
    si_unit: null,
    si_factor: null,
    ...change,
  };
}

export function previewColumn(
  header: string,
  column: string | null,
  change: Partial<PreviewColumn> = {},
): PreviewColumn {
  return { header, column, unit: null, suggestion: null, texts: [], ...change };
}

export function dryRun(change: Partial<DryRun> = {}): DryRun {
  return {
    rows: 3,
    rows_predictable: 3,
    accepted: true,
    errors: [],
    warnings: [],
    assumptions: [],
    out_of_range: [],
    imputed: [],
    errors_total: 0,
    bad_rows: '',
    bad_rows_total: 0,
    duplicate_ids: [],
    columns: [],
    columns_absent: [],
    ignored_columns: [],
    personal_columns: [],
    units: {},
    format: 'csv',
    separator: ',',
    encoding: 'utf-8',
    sampled: false,
    preview: { columns: [], rows: [] },
    cost: 100,
    balance: 500,
    balance_after: 400,
    ...change,
  };
}
