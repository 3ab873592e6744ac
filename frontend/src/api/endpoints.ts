import createClient from 'openapi-fetch';
import { answer, done, type Transport } from './client';
import { completeRow, isPredicted, skippedRow } from './complete';
import type { paths } from './schema';
import type {
  Cohort,
  DryRun,
  FileOptions,
  History,
  Prediction,
  RowPage,
  Submission,
  UploadedFile,
} from './types';

export const ROWS_PER_REQUEST = 1000;
/** The version of the statement that the registration has to be agreed to; docs/privacy.md has them all. */
export const INTENDED_USE = '2026-11-24';

/** A small file goes with the request; a large one was put into the bucket before. */
export type Source = File | UploadedFile;

/** Only what differs from how a file without further words is taken. */
function queryOf({ units, skip }: FileOptions) {
  return {
    ...(units === 'si' && { units }),
    ...(skip && { on_error: 'skip' as const }),
  };
}

function bodyOf(source: Source) {
  if (!(source instanceof File)) return { upload_id: source.uploadId, file_name: source.name };
  const form = new FormData();
  form.set('file', source);
  // The document's type for the bytes of a file is a string.
  return form as unknown as { file: string };
}

/**
 * Every call of the API that the page makes. `base` is where the page lies; each call throws a
 * `Failure` when there is no result. `background` is for what the person doesn't wait for.
 */
export function createApi(
  base: string,
  anonymous: Transport,
  personal: Transport,
  background: Transport,
) {
  const common = { baseUrl: base, cache: 'no-store', credentials: 'omit' } as const;
  const open = createClient<paths>({ ...common, fetch: anonymous });
  const own = createClient<paths>({ ...common, fetch: personal });
  const at = (id: string) => ({ path: { id } });
  const keyed = (key: string) => ({ header: { 'Idempotency-Key': key } });

  const remove = (id: string, only_if: 'queued' | 'ended') =>
    answer(own.DELETE('/api/predict/{id}', { params: { ...at(id), query: { only_if } } }));

  return {
    register: (name: string, email: string, password: string) =>
      answer(
        open.POST('/api/auth/register', {
          body: { name, email, password, intended_use: INTENDED_USE },
        }),
      ),

    login: (name: string, password: string) =>
      answer(open.POST('/api/auth/login', { body: { name, password } })),

    me: () => answer(own.GET('/api/auth/me')),

    balance: () => answer(own.GET('/api/auth/balance')),

    /** Ends the session of `token`, which the page has forgotten by then, even if the tab is closed meanwhile. */
    endSession: (token: string) =>
      done(
        open.POST('/api/auth/logout', {
          params: { query: { only: 'this' } },
          headers: { authorization: `Bearer ${token}` },
          keepalive: true,
        }),
      ),

    /** Ends every session of the person, this one too. */
    logOutEverywhere: () => done(own.POST('/api/auth/logout')),

    /** Ends every session of the person, this one too. */
    changePassword: (old_password: string, new_password: string) =>
      done(own.PUT('/api/auth/password', { body: { old_password, new_password } })),

    deleteAccount: (password: string) => done(own.DELETE('/api/auth/me', { body: { password } })),

    models: () => answer(open.GET('/api/models')),

    /** Where to put a file that is too large for one request. */
    newUpload: () => answer(own.POST('/api/uploads')),

    deleteUpload: (id: string) =>
      done(own.DELETE('/api/uploads/{id}', { params: at(id), fetch: background })),

    /** What a submission would find and cost; nothing is charged. */
    check: (modelId: string, source: Source, options: FileOptions) =>
      answer(
        own.POST('/api/predict/{id}', {
          params: { ...at(modelId), query: { dry_run: true, ...queryOf(options) } },
          body: bodyOf(source),
        }),
      ) as Promise<DryRun>,

    submit: (modelId: string, source: Source, options: FileOptions, key: string) =>
      answer(
        own.POST('/api/predict/{id}', {
          params: { ...at(modelId), ...keyed(key), query: queryOf(options) },
          body: bodyOf(source),
        }),
      ) as Promise<Submission>,

    prediction: (id: string): Promise<Prediction> =>
      answer(own.GET('/api/predict/{id}', { params: at(id) })),

    history: (cursor: string | null): Promise<History> =>
      answer(own.GET('/api/predict', { params: { query: cursor === null ? {} : { cursor } } })),

    retry: (id: string, key: string) =>
      answer(own.POST('/api/predict/{id}/retry', { params: { ...at(id), ...keyed(key) } })),

    /** Only what still waits: a result that came in the meantime is left as it is. */
    cancel: (id: string): Promise<Prediction> => remove(id, 'queued'),

    /** Only of what has ended: nothing that waits is cancelled by it. */
    deleteFiles: (id: string): Promise<Prediction> => remove(id, 'ended'),

    rows: async (id: string, offset: number, limit = ROWS_PER_REQUEST): Promise<RowPage> => {
      const query = { offset, limit };
      const sent = await answer(
        own.GET('/api/predict/{id}/rows', { params: { ...at(id), query } }),
      );
      return {
        ...sent,
        rows: sent.rows.filter(isPredicted).map(completeRow),
        skipped: sent.rows.filter((row) => !isPredicted(row)).map(skippedRow),
      };
    },

    cohort: async (id: string): Promise<Cohort> => {
      const sent = await answer(own.GET('/api/predict/{id}/cohort', { params: at(id) }));
      return { ...sent, sickest: sent.sickest.filter(isPredicted).map(completeRow) };
    },

    download: (id: string) => answer(own.GET('/api/predict/{id}/result.csv', { params: at(id) })),

    /** The coin statement, newest first. */
    statement: (cursor: string | null) =>
      answer(
        own.GET('/api/billing/ledger', { params: { query: cursor === null ? {} : { cursor } } }),
      ),

    redeem: (code: string, key: string) =>
      answer(own.POST('/api/billing/vouchers', { params: keyed(key), body: { code } })),
  };
}
