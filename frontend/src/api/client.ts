import { Failure, pageProblem, problemFromAnswer } from './problem';

const ANSWER_TIMEOUT_MS = 30_000;
const UPLOAD_TIMEOUT_MS = 180_000;

export interface Call {
  method?: 'GET' | 'POST';
  path: string;
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  /** Sent without a token: a 401 then means wrong credentials, not an ended session. */
  anonymous?: boolean;
}

export interface Credentials {
  token(): string | null;
  /** Resolves to true once the person has logged in again, false if they would not. */
  renew(refusedToken: string): Promise<boolean>;
}

export type Send = <Answer>(call: Call) => Promise<Answer>;

export function createSend(credentials: Credentials, fetcher: typeof fetch): Send {
  return async function send<Answer>(call: Call): Promise<Answer> {
    for (;;) {
      const token = call.anonymous ? null : credentials.token();
      const response = await exchange(fetcher, call, token);
      const body = await readJson(response);
      if (response.ok) {
        if (body === null)
          throw new Failure(pageProblem('bad_answer', { status: response.status }));
        return body as Answer;
      }
      // The request waits while the person logs in again and is then sent as it was: no work is lost.
      const sessionEnded = response.status === 401 && token !== null;
      if (sessionEnded && (await credentials.renew(token))) continue;
      throw new Failure(problemFromAnswer(response.status, response.headers, body));
    }
  };
}

async function exchange(
  fetcher: typeof fetch,
  call: Call,
  token: string | null,
): Promise<Response> {
  const headers = new Headers({ accept: 'application/json', ...call.headers });
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  if (call.json !== undefined) headers.set('content-type', 'application/json');
  const body = call.form ?? (call.json === undefined ? null : JSON.stringify(call.json));
  const timeoutMs = call.form ? UPLOAD_TIMEOUT_MS : ANSWER_TIMEOUT_MS;
  try {
    return await fetcher(`api${call.path}`, {
      method: call.method ?? 'GET',
      headers,
      body,
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    throw new Failure(pageProblem('network_down'));
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
