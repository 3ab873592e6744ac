// The API's shapes, from its own document: docs/openapi.json. `npm run generate` writes schema.d.ts.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Localised = Schemas['Texts'];
export type User = Schemas['User'];
export type Account = Schemas['Account'];
export type Session = Schemas['Session'];
export type Balance = Schemas['Balance'];

export type Column = Schemas['Column'];
export type Model = Schemas['Model'];
export type Catalogue = Schemas['Catalogue'];
/** What contributions are measured in: more years are good; more of the other two is bad. */
export type ContributionScale = Model['contribution_scale'];

export type DryRun = Schemas['DryRun'];
export type Upload = Schemas['Upload'];
export type Submission = Schemas['Submission'];
export type Summary = Schemas['Summary'];
export type KnownStatus = Schemas['Status'];

/** The status is a string on purpose: a newer server may send states that this page does not know. */
export type Prediction = Omit<Schemas['Prediction'], 'status'> & { status: string };
export type History = Omit<Schemas['History'], 'predictions'> & { predictions: Prediction[] };

export type LedgerEntry = Schemas['LedgerEntry'];
export type Statement = Schemas['Statement'];
export type Redeemed = Schemas['Redeemed'];

export type Contribution = Schemas['Contribution'];
export type SentRow = Schemas['Row'];

/** A patient with an answer. */
export type Row = Omit<SentRow, 'errors' | Estimated> & { [Key in Estimated]: number };
export type Estimated = 'years' | 'lower' | 'upper' | 'baseline';

/** A patient that could not be predicted and was skipped, and why. */
export type SkippedRow = Pick<SentRow, 'row' | 'id' | 'errors'>;

/** A page of rows, those with an answer apart. */
export type RowPage = Omit<Schemas['RowsPage'], 'rows'> & { rows: Row[]; skipped: SkippedRow[] };
export type Cohort = Omit<Schemas['Cohort'], 'sickest'> & { sickest: Row[] };
export type Download = Schemas['Download'];

/** One finding in a file (row, column) or in a form (column is the field's name). */
export type Finding = Partial<Schemas['Finding']> & Pick<Schemas['Finding'], 'code'>;

/** The units of numbers whose header names none: each column's own, or SI where it has one. */
export type Units = 'stated' | 'si';

export interface FileOptions {
  units: Units;
  /** Bad rows are skipped, instead of refusing the file. */
  skip: boolean;
}

/** A file that lies in the data bucket already: too large for one request. */
export interface UploadedFile {
  uploadId: string;
  name: string;
}
