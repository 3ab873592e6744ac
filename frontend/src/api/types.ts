// The API's shapes as the page uses them. One file, so that types generated from the API's own
// document can take its place.

export interface Localised {
  en: string;
  ru: string;
}

export interface User {
  id: string;
  name: string;
  email: string;
}

export interface Session {
  access_token: string;
  token_type: string;
  expires_in: number;
  user_info: User;
}

export interface Balance {
  balance: number;
}

export interface Column {
  name: string;
  unit: string | null;
  kind: 'number' | 'category' | 'id' | 'ignored';
  required: boolean;
  allowed: (string | number)[] | null;
  minimum: number | null;
  maximum: number | null;
  training_minimum: number | null;
  training_maximum: number | null;
  title: Localised;
  si_unit: string | null;
  si_factor: number | null;
}

/** What contributions are measured in: more years are good; more of the other two is bad. */
export type ContributionScale = 'years' | 'log_hazard' | 'score';

export interface Model {
  id: string;
  version: string;
  coins: number;
  /** Whether it can be chosen at the moment. */
  enabled: boolean;
  title: Localised;
  summary: Localised;
  limits: Localised;
  horizon_years: number;
  /** What the estimate is, in a sentence. */
  point_estimate: Localised | null;
  interval_level: number;
  interval_method: Localised | null;
  contribution_scale: ContributionScale | null;
  /** Where the survival curve is read; empty for a model without one. */
  survival_years: number[];
  /** What may honestly be said of the model, written from its measured figures: the most important first. */
  statements: { en: string[]; ru: string[] };
  columns: Column[];
}

export interface Catalogue {
  models: Model[];
  /** The largest file that can be submitted. */
  upload_bytes_max: number;
}

/** The units of numbers whose header names none: each column's own, or SI where it has one. */
export type Units = 'stated' | 'si';

export interface FileOptions {
  units: Units;
  /** Bad rows are skipped, instead of refusing the file. */
  skip: boolean;
}

export interface RepeatedId {
  id: string;
  rows: number[];
}

/** What a submission would find and cost. */
export interface DryRun {
  rows: number;
  rows_predictable: number;
  errors: Finding[];
  errors_total: number;
  /** Such as "2, 4-17". */
  bad_rows: string;
  duplicate_ids: RepeatedId[];
  /** What could be read and isn't there, of any model. */
  columns_absent: string[];
  /** Headers of the file that no model uses. */
  ignored_columns: string[];
  /** The unit that each number is read in, by column. */
  units: Record<string, string>;
  cost: number;
  balance: number;
  /** Null if the balance doesn't cover the cost. */
  balance_after: number | null;
}

export interface Submission {
  prediction_id: string;
  status: string;
  cost: number;
  balance: number;
}

export interface Summary {
  rows: number;
  mean_years: number;
  median_years: number;
  minimum_years: number;
  maximum_years: number;
  imputed_rows: number;
  out_of_range_rows: number;
}

export type KnownStatus = 'queued' | 'running' | 'succeeded' | 'rejected' | 'failed' | 'cancelled';

export interface Prediction {
  prediction_id: string;
  /** A string on purpose: a newer server may send states that this page does not know. */
  status: string;
  is_finished: boolean;
  is_success: boolean;
  output: number | null;
  error_info: string | null;
  error_code: string | null;
  prediction_model_id: string;
  model_version: string;
  prediction_date: string;
  finished_at: string | null;
  file_name: string | null;
  /** Headers of the file that no model uses. */
  ignored_columns: string[];
  rows: number;
  rows_done: number;
  cost: number;
  refunded: boolean;
  summary: Summary | null;
  /** These three are null until there is a result. */
  horizon_years: number | null;
  contribution_scale: ContributionScale | null;
  survival_years: number[] | null;
  /** A document to be kept as it came; the page does not look into it. */
  receipt: Record<string, unknown> | null;
  timings: { queued_ms: number | null; run_ms: number | null } | null;
}

export interface History {
  predictions: Prediction[];
  next_cursor: string | null;
}

export interface OutOfRange {
  column: string;
  direction: 'above' | 'below';
}

export interface Contribution {
  column: string;
  /** On the prediction's contribution scale, as the row's baseline. */
  value: number;
}

export interface Survival {
  years: number;
  /** To live longer than so many years. */
  probability: number;
}

/** The range of the estimate, in years, if a missing value were low or high among the patients of the study. */
export interface IfMeasured {
  column: string;
  low: number;
  high: number;
}

export interface Row {
  row: number;
  id: string | null;
  years: number;
  lower: number;
  upper: number;
  upper_open: boolean;
  /** Empty without a curve. */
  survival: Survival[];
  /** Null: no curve, or more than half live beyond its end. */
  median_years: number | null;
  mayo_score: number | null;
  imputed: string[];
  if_measured: IfMeasured[];
  /** The missing column that could move the estimate most. */
  measure_first: string | null;
  out_of_range: OutOfRange[];
  baseline: number;
  contributions: Contribution[];
}

/** A patient that could not be predicted and was skipped, and why. */
export interface SkippedRow {
  row: number;
  id: string | null;
  errors: Finding[];
}

export interface RowPage {
  offset: number;
  total: number;
  rows: Row[];
  skipped: SkippedRow[];
  next_offset: number | null;
}

export interface Download {
  url: string;
  expires_in: number;
}

/** One finding in a file (row, column) or in a form (column is the field's name). */
export interface Finding {
  row?: number | null;
  line?: number | null;
  column?: string | null;
  value?: string | null;
  code: string;
  message?: string;
  units?: string[] | null;
  minimum?: number | null;
  maximum?: number | null;
  allowed?: (string | number)[] | null;
  unit?: string | null;
  hint_unit?: string | null;
  suggestion?: string | number | null;
}
