import { expect, test } from 'vitest';
import { withIdempotencyKey } from '../src/state/idempotency';

const fail = async (key: string): Promise<never> => {
  throw new Error(key);
};
const keyOf = (request: string) => withIdempotencyKey(request, async (key) => key);
const failedKeyOf = (request: string) =>
  withIdempotencyKey(request, fail).catch((error: Error) => error.message);

test('a request keeps its key until it succeeds, and then gets another one', async () => {
  const first = await failedKeyOf('retry a');
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(await failedKeyOf('retry b')).not.toBe(first);
  expect(await failedKeyOf('retry a')).toBe(first);
  expect(await keyOf('retry a')).toBe(first);
  expect(await keyOf('retry a')).not.toBe(first);
});
