import { expect, test, vi } from 'vitest';
import { createChunk } from '../src/state/chunk';

test('a chunk is loaded once', async () => {
  const importModule = vi.fn(async () => 'the module');
  const chunk = createChunk(importModule);
  expect(chunk.module.value).toBeNull();
  await chunk.load();
  await chunk.load();
  expect(chunk.module.value).toBe('the module');
  expect(importModule).toHaveBeenCalledTimes(1);
});

test('a chunk that could not be loaded is loaded by the next call', async () => {
  let isOffline = true;
  const chunk = createChunk(async () => {
    if (isOffline) throw new TypeError('Failed to fetch dynamically imported module');
    return 'the module';
  });
  await chunk.load();
  expect([chunk.module.value, chunk.hasFailed.value]).toEqual([null, true]);
  isOffline = false;
  const loading = chunk.load();
  expect(chunk.hasFailed.value).toBe(false);
  await loading;
  expect([chunk.module.value, chunk.hasFailed.value]).toEqual(['the module', false]);
});
