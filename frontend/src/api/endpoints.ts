import type { Send } from './client';
import {
  completeModel,
  completePrediction,
  completeRow,
  type SentModel,
  type SentPrediction,
  type SentRow,
} from './complete';
import type {
  Balance,
  Catalogue,
  Download,
  DryRun,
  FileOptions,
  History,
  Prediction,
  RowPage,
  Session,
  SkippedRow,
  Submission,
  Units,
  User,
} from './types';

export const ROWS_PER_REQUEST = 1000;

function isPredicted(row: SentRow | SkippedRow): row is SentRow {
  return !('errors' in row && row.errors.length > 0);
}

/** The answer as it is sent: parts of it may lack what `complete` adds. */
type Instead<T, Part> = Omit<T, keyof Part> & Part;

function formOf(file: File): FormData {
  const form = new FormData();
  form.set('file', file);
  return form;
}

/** Only what differs from how a file without further words is taken. */
function query({ units, skip }: Partial<FileOptions>, prefix: '?' | '&'): string {
  const options = new URLSearchParams();
  if (units === 'si') options.set('units', units);
  if (skip) options.set('on_error', 'skip');
  return options.size === 0 ? '' : `${prefix}${options}`;
}

export function createApi(send: Send) {
  return {
    register: (name: string, email: string, password: string) =>
      send<Session>({
        method: 'POST',
        path: '/auth/register',
        json: { name, email, password },
        anonymous: true,
      }),

    login: (name: string, password: string) =>
      send<Session>({
        method: 'POST',
        path: '/auth/login',
        json: { name, password },
        anonymous: true,
      }),

    me: () => send<User>({ path: '/auth/me' }),

    balance: () => send<Balance>({ path: '/auth/balance' }),

    models: async (): Promise<Catalogue> => {
      const sent = await send<Instead<Catalogue, { models: SentModel[] }>>({
        path: '/models',
        anonymous: true,
      });
      return { ...sent, models: sent.models.map(completeModel) };
    },

    /** What a submission would find and cost; nothing is stored and nothing charged. */
    check: (modelId: string, file: File, units: Units) =>
      send<DryRun>({
        method: 'POST',
        path: `/predict/${encodeURIComponent(modelId)}?dry_run=true${query({ units }, '&')}`,
        form: formOf(file),
      }),

    submit: (modelId: string, file: File, options: FileOptions, idempotencyKey: string) =>
      send<Submission>({
        method: 'POST',
        path: `/predict/${encodeURIComponent(modelId)}${query(options, '?')}`,
        form: formOf(file),
        headers: { 'idempotency-key': idempotencyKey },
      }),

    prediction: async (id: string): Promise<Prediction> =>
      completePrediction(
        await send<SentPrediction>({ path: `/predict/${encodeURIComponent(id)}` }),
      ),

    history: (cursor: string | null) =>
      send<History>({
        path: cursor === null ? '/predict' : `/predict?cursor=${encodeURIComponent(cursor)}`,
      }),

    rows: async (id: string, offset: number): Promise<RowPage> => {
      const sent = await send<Instead<RowPage, { rows: (SentRow | SkippedRow)[] }>>({
        path: `/predict/${encodeURIComponent(id)}/rows?offset=${offset}&limit=${ROWS_PER_REQUEST}`,
      });
      return {
        ...sent,
        rows: sent.rows.filter(isPredicted).map(completeRow),
        skipped: sent.rows.filter((row) => !isPredicted(row)) as SkippedRow[],
      };
    },

    download: (id: string) =>
      send<Download>({ path: `/predict/${encodeURIComponent(id)}/result.csv` }),
  };
}
