import { expect, test } from 'vitest';
import { once } from '../src/state/attempts';

const lost = async (key: string): Promise<never> => {
  throw new Error(key);
};
const keyOf = (request: string) => once(request, async (key) => key);
const lostKeyOf = (request: string) => once(request, lost).catch((error: Error) => error.message);

test('a request is sent under one key until there is an answer, and then under another', async () => {
  const first = await lostKeyOf('retry a');
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(await lostKeyOf('retry b')).not.toBe(first);
  expect(await lostKeyOf('retry a')).toBe(first);
  expect(await keyOf('retry a')).toBe(first);
  expect(await keyOf('retry a')).not.toBe(first);
});
