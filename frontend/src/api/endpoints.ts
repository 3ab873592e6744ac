// The calls of the API that the page makes, one function each.

import createClient from 'openapi-fetch';
import { expectSuccess, responseData, type Transport } from './client';
import { isPredicted, predictedRow, skippedRow } from './rows';
import type { paths } from './schema';
import type {
  Cohort,
  CurveCard,
  DryRun,
  FileOptions,
  History,
  Prediction,
  Reading,
  RowPage,
  Submission,
  UploadedFile,
} from './types';

export const ROWS_PER_REQUEST = 1000;
/**
 * The version of the statement of intended use that a new user agrees to; docs/privacy.md has its
 * text.
 */
export const INTENDED_USE = '2026-11-24';

/**
 * A file that is sent with the request, or a large one that was uploaded to the data bucket before.
 */
export type FileOrUpload = File | UploadedFile;

/**
 * Return the options that differ from the API's defaults. Those on how to read the file are form
 * fields if the request has a form, because they quote the file and may be long.
 */
function optionsQuery(options: FileOptions, file: FileOrUpload) {
  const { units, skip, reading, keepsValues = true } = options;
  return {
    ...(units === 'si' && { units }),
    ...(skip && { on_error: 'skip' as const }),
    ...(!keepsValues && { keep_values: false }),
    ...(!(file instanceof File) && readingFields(reading)),
  };
}

function readingFields({ decimal, missing, columns, columnUnits, columnValues }: Reading) {
  const json = (name: string, value: object) =>
    Object.keys(value).length > 0 && { [name]: JSON.stringify(value) };
  return {
    ...(decimal !== null && { decimal }),
    ...(missing !== null && { missing: missing.join() }),
    ...json('columns', columns),
    ...json('column_units', columnUnits),
    ...json('column_values', columnValues),
  };
}

function fileBody(file: FileOrUpload, { reading }: FileOptions) {
  if (!(file instanceof File)) return { upload_id: file.uploadId, file_name: file.name };
  const form = new FormData();
  for (const [name, value] of Object.entries(readingFields(reading))) form.set(name, value);
  form.set('file', file);
  // OpenAPI describes the bytes of a file as a string.
  return form as unknown as { file: string };
}

/**
 * Create the client of the API. Each call throws a `Failure` if it has no result.
 *
 * `base` is the URL of the page's folder. `background` sends the requests that the user does not
 * wait for.
 */
export function createApi(
  base: string,
  anonymous: Transport,
  authenticated: Transport,
  background: Transport,
) {
  const common = { baseUrl: base, cache: 'no-store', credentials: 'omit' } as const;
  const publicClient = createClient<paths>({ ...common, fetch: anonymous });
  const userClient = createClient<paths>({ ...common, fetch: authenticated });
  const idInPath = (id: string) => ({ path: { id } });
  const idempotencyHeader = (key: string) => ({ header: { 'Idempotency-Key': key } });

  const deletePrediction = (id: string, only_if: 'queued' | 'ended') =>
    responseData(
      userClient.DELETE('/api/predict/{id}', { params: { ...idInPath(id), query: { only_if } } }),
    );

  return {
    /**
     * Create an account. Without agreement the API refuses the request, and lists the mistakes in
     * all fields.
     */
    register: (name: string, email: string, password: string, hasAgreed: boolean) => {
      const intended_use = (hasAgreed ? INTENDED_USE : '') as typeof INTENDED_USE;
      return responseData(
        publicClient.POST('/api/auth/register', { body: { name, email, password, intended_use } }),
      );
    },

    login: (name: string, password: string) =>
      responseData(publicClient.POST('/api/auth/login', { body: { name, password } })),

    me: () => responseData(userClient.GET('/api/auth/me')),

    balance: () => responseData(userClient.GET('/api/auth/balance')),

    /**
     * End the session of a token that the page has already deleted. Completes even if the tab is
     * closed.
     */
    endSession: (token: string) =>
      expectSuccess(
        publicClient.POST('/api/auth/logout', {
          params: { query: { only: 'this' } },
          headers: { authorization: `Bearer ${token}` },
          keepalive: true,
        }),
      ),

    /** End every session of the user, including this one. */
    logOutEverywhere: () => expectSuccess(userClient.POST('/api/auth/logout')),

    /** Change the password and end every session of the user, including this one. */
    changePassword: (old_password: string, new_password: string) =>
      expectSuccess(userClient.PUT('/api/auth/password', { body: { old_password, new_password } })),

    deleteAccount: (password: string) =>
      expectSuccess(userClient.DELETE('/api/auth/me', { body: { password } })),

    models: () => responseData(publicClient.GET('/api/models')),

    /** Return the card of a model with survival curves. */
    curveCard: async (id: string): Promise<CurveCard> => {
      const card = await responseData(
        publicClient.GET('/api/models/{id}', { params: idInPath(id) }),
      );
      // The schema leaves open the fields that differ from model to model.
      return card as typeof card & CurveCard;
    },

    /** Return the form with which to upload a file that is too large for one request. */
    newUpload: () => responseData(userClient.POST('/api/uploads')),

    deleteUpload: (id: string) =>
      expectSuccess(
        userClient.DELETE('/api/uploads/{id}', { params: idInPath(id), fetch: background }),
      ),

    /** Make a dry run: check a file and return its findings and its price. Nothing is charged. */
    check: (modelId: string, file: FileOrUpload, options: FileOptions) =>
      responseData(
        userClient.POST('/api/predict/{id}', {
          params: {
            ...idInPath(modelId),
            query: { dry_run: true, ...optionsQuery(options, file) },
          },
          body: fileBody(file, options),
        }),
      ) as Promise<DryRun>,

    submit: (modelId: string, file: FileOrUpload, options: FileOptions, key: string) =>
      responseData(
        userClient.POST('/api/predict/{id}', {
          params: {
            ...idInPath(modelId),
            ...idempotencyHeader(key),
            query: optionsQuery(options, file),
          },
          body: fileBody(file, options),
        }),
      ) as Promise<Submission>,

    prediction: (id: string): Promise<Prediction> =>
      responseData(userClient.GET('/api/predict/{id}', { params: idInPath(id) })),

    history: (cursor: string | null): Promise<History> =>
      responseData(
        userClient.GET('/api/predict', { params: { query: cursor === null ? {} : { cursor } } }),
      ),

    /** Set the name and the note of a prediction. Empty ones are removed. */
    describe: (id: string, description: { name: string; note: string }): Promise<Prediction> =>
      responseData(
        userClient.PATCH('/api/predict/{id}', { params: idInPath(id), body: description }),
      ),

    /** Run the file of a prediction again, with another model if `modelId` names one. */
    retry: (id: string, key: string, modelId?: string) =>
      responseData(
        userClient.POST('/api/predict/{id}/retry', {
          params: {
            ...idInPath(id),
            ...idempotencyHeader(key),
            query: modelId === undefined ? {} : { model_id: modelId },
          },
        }),
      ),

    /** Cancel a prediction that is still queued. Otherwise the call fails and changes nothing. */
    cancel: (id: string): Promise<Prediction> => deletePrediction(id, 'queued'),

    /**
     * Delete the files of a prediction that has ended. Otherwise the call fails and changes
     * nothing.
     */
    deleteFiles: (id: string): Promise<Prediction> => deletePrediction(id, 'ended'),

    rows: async (id: string, offset: number, limit = ROWS_PER_REQUEST): Promise<RowPage> => {
      const query = { offset, limit };
      const page = await responseData(
        userClient.GET('/api/predict/{id}/rows', { params: { ...idInPath(id), query } }),
      );
      return {
        ...page,
        rows: page.rows.filter(isPredicted).map(predictedRow),
        skipped: page.rows.filter((row) => !isPredicted(row)).map(skippedRow),
      };
    },

    cohort: async (id: string): Promise<Cohort> => {
      const cohort = await responseData(
        userClient.GET('/api/predict/{id}/cohort', { params: idInPath(id) }),
      );
      return { ...cohort, sickest: cohort.sickest.filter(isPredicted).map(predictedRow) };
    },

    download: (id: string) =>
      responseData(userClient.GET('/api/predict/{id}/result.csv', { params: idInPath(id) })),

    /** Return a page of the ledger, newest entries first. */
    statement: (cursor: string | null) =>
      responseData(
        userClient.GET('/api/billing/ledger', {
          params: { query: cursor === null ? {} : { cursor } },
        }),
      ),

    redeem: (code: string, key: string) =>
      responseData(
        userClient.POST('/api/billing/vouchers', {
          params: idempotencyHeader(key),
          body: { code },
        }),
      ),
  };
}
