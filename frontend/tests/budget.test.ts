import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const TOOL = fileURLToPath(new URL('../tools/budget.mjs', import.meta.url));
const SMALL_PAGE = {
  'index-1.js': 1,
  'shared-1.js': 1,
  'en-1.js': 1,
  'ru-1.js': 1,
  'later-1.js': 1,
};
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'budget-'));
  mkdirSync(join(folder, 'assets'));
  const script = '<script type="module" crossorigin src="./assets/index-1.js"></script>';
  writeFileSync(join(folder, 'index.html'), script);
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Run the tool on a page whose chunks have about these sizes in kilobytes after gzip. */
function budget(kilobytes: Record<string, number>) {
  for (const [name, size] of Object.entries({ ...SMALL_PAGE, ...kilobytes })) {
    const imports =
      name === 'index-1.js' ? 'import{a}from"./shared-1.js";import("./later-1.js");' : '';
    // Each character has four random bits, so gzip halves it.
    const ballast = randomBytes(size * 1024).toString('hex');
    writeFileSync(join(folder, 'assets', name), `${imports}"${ballast}"`);
  }
  return run();
}

function run() {
  return spawnSync(process.execPath, [TOOL, folder], { encoding: 'utf8' });
}

test.each([
  ['a large entry', { 'index-1.js': 90 }, false],
  ['a large chunk that the entry imports', { 'shared-1.js': 90 }, false],
  ['a large dictionary', { 'en-1.js': 90 }, false],
  ['two dictionaries of which each fits', { 'en-1.js': 40, 'ru-1.js': 40 }, true],
  ['a large chunk that is loaded on demand', { 'later-1.js': 70 }, true],
  ['chunks that are too large together', { 'later-1.js': 110 }, false],
])('%s', (_, kilobytes, isKept) => {
  expect(budget(kilobytes).status === 0).toBe(isKept);
});

test('a page without its dictionaries fails', () => {
  expect(budget({}).status).toBe(0);
  rmSync(join(folder, 'assets', 'ru-1.js'));
  const { status, stderr } = run();
  expect(status).toBe(1);
  expect(stderr).toContain('not found');
});
