// Idempotency keys. A request that is repeated after a lost response keeps its key, so that it
// takes effect once.

import { onLogOut } from './session';

const keys = new Map<string, string>();
onLogOut(() => keys.clear());

/** Send `request` with its key. The key is kept until `send` succeeds. */
export async function withIdempotencyKey<Result>(
  request: string,
  send: (key: string) => Promise<Result>,
): Promise<Result> {
  const key = keys.get(request) ?? randomKey();
  keys.set(request, key);
  const result = await send(key);
  keys.delete(request);
  return result;
}

export function randomKey(): string {
  // Not crypto.randomUUID: browsers lack it on pages over plain HTTP, as in a local network.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
