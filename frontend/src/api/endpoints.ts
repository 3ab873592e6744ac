import type { Send } from './client';
import type {
  Balance,
  Catalogue,
  Download,
  History,
  Prediction,
  RowPage,
  Session,
  Submission,
  User,
} from './types';

export const ROWS_PER_REQUEST = 1000;

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

    models: () => send<Catalogue>({ path: '/models', anonymous: true }),

    submit: (modelId: string, file: File, idempotencyKey: string) => {
      const form = new FormData();
      form.set('file', file);
      return send<Submission>({
        method: 'POST',
        path: `/predict/${encodeURIComponent(modelId)}`,
        form,
        headers: { 'idempotency-key': idempotencyKey },
      });
    },

    prediction: (id: string) => send<Prediction>({ path: `/predict/${encodeURIComponent(id)}` }),

    history: (cursor: string | null) =>
      send<History>({
        path: cursor === null ? '/predict' : `/predict?cursor=${encodeURIComponent(cursor)}`,
      }),

    rows: (id: string, offset: number) =>
      send<RowPage>({
        path: `/predict/${encodeURIComponent(id)}/rows?offset=${offset}&limit=${ROWS_PER_REQUEST}`,
      }),

    download: (id: string) =>
      send<Download>({ path: `/predict/${encodeURIComponent(id)}/result.csv` }),
  };
}
