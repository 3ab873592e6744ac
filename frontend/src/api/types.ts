// Types of the API's requests and responses. `npm run generate` writes schema.d.ts from
// docs/openapi.json.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Localised = Schemas['Texts'];
export type User = Schemas['User'];
export type Account = Schemas['Account'];
export type Session = Schemas['Session'];
export type Balance = Schemas['Balance'];

export type Column = Schemas['Column'];
/** Each result has interval quantiles of its own, because the model may have a newer version. */
export type Model = Omit<Schemas['Model'], 'interval_quantiles'>;
export type CommonHorizon = NonNullable<Model['common_horizon']>;
export type Catalogue = Schemas['Catalogue'];
/** The fields of a model's card that its curves and their band are described by. See docs/models.md. */
export interface CurveCard {
  version: string;
  reference: number;
  baseline: { years: readonly number[]; hazard: readonly number[] };
  /** The share of points at which the band contained the true curve in simulations. */
  quality?: { curve_band?: { simulated: { holds: number } } };
}
/** The unit of contributions. More years are good; a higher log hazard or score is bad. */
export type ContributionScale = Model['contribution_scale'];

export type DryRun = Schemas['DryRun'];
export type Preview = Schemas['Preview'];
export type PreviewColumn = Schemas['PreviewColumn'];
/** How a part of the file was read where it could have been written more plainly. */
export type Assumption = Schemas['Assumption'];
export type Upload = Schemas['Upload'];
export type Submission = Schemas['Submission'];
export type Summary = Schemas['Summary'];
export type KnownStatus = Schemas['Status'];

/** The status is a string because a newer API may send statuses that this page does not know. */
export type Prediction = Omit<Schemas['Prediction'], 'status'> & { status: string };
export type History = Omit<Schemas['History'], 'predictions'> & { predictions: Prediction[] };

export type LedgerEntry = Schemas['LedgerEntry'];
export type Statement = Schemas['Statement'];
export type Redeemed = Schemas['Redeemed'];

export type Contribution = Schemas['Contribution'];
export type ApiRow = Schemas['Row'];

/** A row with an estimate. */
export type Row = Omit<ApiRow, 'errors' | EstimateField> & { [Key in EstimateField]: number };
/** The fields that every row with an estimate has. */
export type EstimateField = 'years' | 'lower' | 'upper' | 'baseline';

/** A row that was skipped because of its findings. */
export type SkippedRow = Pick<ApiRow, 'row' | 'id' | 'errors'>;

/** A page of rows: those with an estimate, and those that were skipped. */
export type RowPage = Omit<Schemas['RowsPage'], 'rows'> & { rows: Row[]; skipped: SkippedRow[] };
export type Cohort = Omit<Schemas['Cohort'], 'sickest'> & { sickest: Row[] };
export type Download = Schemas['Download'];

/** A finding in a file (at a row and a column) or in a form (`column` is the field's name). */
export type Finding = Partial<Schemas['Finding']> & Pick<Schemas['Finding'], 'code'>;

/**
 * Units of the columns whose header names no unit: those of the model's column table (`stated`), or
 * SI units where the column has one.
 */
export type Units = 'stated' | 'si';

/** What the user says about the file. It is sent only where it is set. */
export interface Reading {
  decimal: '.' | ',' | null;
  /** The codes that mean "not measured"; an empty list says that none does. */
  missing: readonly string[] | null;
  /** The column of a heading; null if the heading is not used. */
  columns: Readonly<Record<string, string | null>>;
  columnUnits: Readonly<Record<string, string>>;
  /** For a category, the value of each text of the file; null means "not measured". */
  columnValues: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
}

export interface FileOptions {
  units: Units;
  reading: Reading;
  /** Whether to skip rows with findings instead of rejecting the file. */
  skip: boolean;
  /** Whether the result keeps the patients' values. It does by default. */
  keepsValues?: boolean;
}

/** A file that was uploaded to the data bucket because it is too large for one request. */
export interface UploadedFile {
  uploadId: string;
  name: string;
}
