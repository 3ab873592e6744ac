import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const FRONTEND = fileURLToPath(new URL('..', import.meta.url));
/** Several files for one worker, because a skip could apply to its first file only. */
const SPECS = ['e2e/docs.spec.ts', 'e2e/storage.spec.ts', 'e2e/attack.spec.ts'];

function browserTests(ci: string) {
  const folder = mkdtempSync(join(tmpdir(), 'no-browser-'));
  const options = ['--workers', '1', '--output', join(folder, 'runs')];
  const env = { ...process.env, CI: ci, CHROMIUM_PATH: join(folder, 'missing') };
  const run = spawnSync(
    process.execPath,
    ['node_modules/.bin/playwright', 'test', ...SPECS, ...options],
    { cwd: FRONTEND, env, encoding: 'utf8' },
  );
  rmSync(folder, { recursive: true });
  return { status: run.status, output: run.stdout + run.stderr };
}

test('without a browser, every browser test is skipped with the reason', {
  timeout: 60_000,
}, () => {
  const { status, output } = browserTests('');
  expect(output).toContain('No Chromium was found');
  expect(output).toMatch(/^ {2}6 skipped/m);
  expect(output).not.toContain('failed');
  expect(status).toBe(0);
});

test('without a browser, continuous integration fails', { timeout: 60_000 }, () => {
  const { status, output } = browserTests('true');
  expect(output).toContain('No Chromium was found');
  expect(status).not.toBe(0);
});
