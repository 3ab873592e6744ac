import { Failure, pageProblem, problemFromAnswer } from './problem';

const ANSWER_TIMEOUT_MS = 30_000;
const UPLOAD_TIMEOUT_MS = 180_000;

export interface Credentials {
  token(): string | null;
  /** Another number once this person has left. */
  visit(): number;
  /** Resolves to true once the person has logged in again, false if they would not. */
  renew(refusedToken: string): Promise<boolean>;
}

export type Transport = (request: Request) => Promise<Response>;

/** Sends requests as nobody: a 401 then means wrong credentials, not an ended session. */
export function anonymousTransport(fetcher: typeof fetch): Transport {
  return (request) => exchange(fetcher, request, null);
}

/** Sends requests as the person who is logged in. */
export function personalTransport(fetcher: typeof fetch, credentials: Credentials): Transport {
  return async (request) => {
    const visit = credentials.visit();
    try {
      return await sendAsPerson(fetcher, credentials, request);
    } finally {
      // Who asked has left: nothing of the answer may reach who has come since, so it never comes.
      if (credentials.visit() !== visit) await new Promise(() => undefined);
    }
  };
}

async function sendAsPerson(
  fetcher: typeof fetch,
  credentials: Credentials,
  request: Request,
): Promise<Response> {
  for (;;) {
    const token = credentials.token();
    const response = await exchange(fetcher, request.clone(), token);
    // The request waits while the person logs in again and is then sent as it was: no work is lost.
    const sessionEnded = response.status === 401 && token !== null;
    if (!sessionEnded || !(await credentials.renew(token))) return response;
  }
}

async function exchange(
  fetcher: typeof fetch,
  request: Request,
  token: string | null,
): Promise<Response> {
  request.headers.set('accept', 'application/json');
  if (token !== null) request.headers.set('authorization', `Bearer ${token}`);
  const isUpload = request.headers.get('content-type')?.startsWith('multipart/') ?? false;
  const timeoutMs = isUpload ? UPLOAD_TIMEOUT_MS : ANSWER_TIMEOUT_MS;
  try {
    return await fetcher(request, { signal: AbortSignal.timeout(timeoutMs) });
  } catch {
    throw new Failure(pageProblem('network_down'));
  }
}

/** What a call of the typed client comes to. */
export interface Exchanged<Answer> {
  data?: Answer;
  error?: unknown;
  response: Response;
}

/** The answer's document, or a `Failure` that says why there is none. */
export async function answer<Answer>(call: Promise<Exchanged<Answer>>): Promise<Answer> {
  const { data, response } = await settled(call);
  if (data === undefined) throw new Failure(pageProblem('bad_answer', { status: response.status }));
  return data;
}

/** For calls that are answered without a document. */
export async function done(call: Promise<Exchanged<unknown>>): Promise<void> {
  await settled(call);
}

async function settled<Answer>(call: Promise<Exchanged<Answer>>): Promise<Exchanged<Answer>> {
  const exchanged = await call.catch((thrown: unknown) => {
    // Not a failure of the network but an answer that is no JSON.
    throw thrown instanceof Failure ? thrown : new Failure(pageProblem('bad_answer'));
  });
  const { error, response } = exchanged;
  if (!response.ok) throw new Failure(problemFromAnswer(response.status, response.headers, error));
  return exchanged;
}
