// The transports that send the API's requests, and the handling of their responses.

import { Failure, pageProblem, problemFromResponse } from './problem';

const RESPONSE_TIMEOUT_MS = 30_000;
const UPLOAD_TIMEOUT_MS = 180_000;

export interface Credentials {
  token(): string | null;
  /** Return a number that increases when the user logs out or is replaced by another one. */
  generation(): number;
  /** Ask the user to log in again. Resolves to whether they did. */
  renew(rejectedToken: string): Promise<boolean>;
}

export type Transport = (request: Request) => Promise<Response>;

/** Return a transport that sends requests without a token. A 401 then means wrong credentials. */
export function anonymousTransport(fetcher: typeof fetch): Transport {
  return (request) => send(fetcher, request, null);
}

/** Return a transport that sends requests with the token of the user who is logged in. */
export function authenticatedTransport(fetcher: typeof fetch, credentials: Credentials): Transport {
  return async (request) => {
    const generation = credentials.generation();
    try {
      return await sendAuthenticated(fetcher, credentials, request);
    } finally {
      // The user has logged out since. The promise stays pending, so that the next user of this
      // browser never sees the response.
      if (credentials.generation() !== generation) await new Promise(() => undefined);
    }
  };
}

async function sendAuthenticated(
  fetcher: typeof fetch,
  credentials: Credentials,
  request: Request,
): Promise<Response> {
  for (;;) {
    const token = credentials.token();
    const response = await send(fetcher, request.clone(), token);
    // Wait for the user to log in again, then repeat the request, so that no work is lost.
    const sessionEnded = response.status === 401 && token !== null;
    if (!sessionEnded || !(await credentials.renew(token))) return response;
  }
}

async function send(
  fetcher: typeof fetch,
  request: Request,
  token: string | null,
): Promise<Response> {
  request.headers.set('accept', 'application/json');
  if (token !== null) request.headers.set('authorization', `Bearer ${token}`);
  const isUpload = request.headers.get('content-type')?.startsWith('multipart/') ?? false;
  const timeoutMs = isUpload ? UPLOAD_TIMEOUT_MS : RESPONSE_TIMEOUT_MS;
  try {
    return await fetcher(request, { signal: AbortSignal.timeout(timeoutMs) });
  } catch {
    throw new Failure(pageProblem('network_down'));
  }
}

/** The result of a call of the typed client (openapi-fetch). */
export interface ClientResult<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** Return the document of a response. Throws a `Failure` if there is none. */
export async function responseData<Data>(call: Promise<ClientResult<Data>>): Promise<Data> {
  const { data, response } = await successful(call);
  if (data === undefined) throw new Failure(pageProblem('bad_answer', { status: response.status }));
  return data;
}

/** Wait for a response without a document. Throws a `Failure` if the request failed. */
export async function expectSuccess(call: Promise<ClientResult<unknown>>): Promise<void> {
  await successful(call);
}

async function successful<Data>(call: Promise<ClientResult<Data>>): Promise<ClientResult<Data>> {
  const result = await call.catch((thrown: unknown) => {
    // Everything else that the client throws means that the response is not JSON.
    throw thrown instanceof Failure ? thrown : new Failure(pageProblem('bad_answer'));
  });
  const { error, response } = result;
  if (!response.ok)
    throw new Failure(problemFromResponse(response.status, response.headers, error));
  return result;
}
