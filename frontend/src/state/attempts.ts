import { onLeave } from './session';

// One key for one intended request: sending it again after a lost answer does nothing twice.

const keys = new Map<string, string>();
onLeave(() => keys.clear());

/** Sends `request` under its key. Only an answer ends the intention; a refusal has done nothing. */
export async function once<Answer>(
  request: string,
  send: (key: string) => Promise<Answer>,
): Promise<Answer> {
  const key = keys.get(request) ?? randomKey();
  keys.set(request, key);
  const answer = await send(key);
  keys.delete(request);
  return answer;
}

/** Not crypto.randomUUID: that is missing when the page is opened over plain HTTP in a local network. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
