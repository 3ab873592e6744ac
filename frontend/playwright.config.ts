import { mkdtempSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { findBrowser, NO_BROWSER } from './e2e/browser';

// Kept in the environment, because every worker process reads this file anew.
process.env['E2E_PORT'] ??= String(await freePort());
const PORT = process.env['E2E_PORT'];
const browser = findBrowser();
const isCi = process.env['CI'] === 'true';
const givenAddress = process.env['BASE_URL'];

// On a person's machine the tests are skipped with this reason; in CI that would hide a failure.
if (browser === null) {
  if (isCi) throw new Error(NO_BROWSER);
  const isWorker = process.env['TEST_WORKER_INDEX'] !== undefined;
  if (!isWorker) process.stderr.write(`${NO_BROWSER} The tests are skipped.\n`);
}

/** Kept in the environment, because every worker process reads this file anew. */
function dataFolder(): string {
  process.env['E2E_DATA_DIR'] ??= mkdtempSync(join(tmpdir(), 'page-e2e-'));
  return process.env['E2E_DATA_DIR'];
}

/** Return a port that nothing listens on, so that two runs can go side by side. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function localStack() {
  const folder = dataFolder();
  const log = join(folder, 'stack.log');
  const stack = `.venv/bin/python -m local --port ${PORT} --emulator-port 0 --data-dir ${folder}`;
  return {
    // What it prints is searched at the end (e2e/leaks.ts); if it doesn't start, its output says why. The shell
    // survives the signal that stops the stack, and ends with it.
    command: `trap : TERM; BCRYPT_COST=4 LOG_LEVEL=INFO ${stack} > ${log} 2>&1 || { cat ${log} >&2; exit 1; }`,
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    url: `http://127.0.0.1:${PORT}/api/health`,
    timeout: 60_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 10_000 },
  };
}

export default defineConfig({
  testDir: 'e2e',
  testIgnore: [
    // Pictures are made when they are asked for.
    ...(process.env['PICTURES'] === '1' ? [] : ['**/pictures.spec.ts']),
    // tests/dev/test_dev.py runs it on a copy of the sources.
    ...(process.env['DEV_SOURCES'] ? [] : ['**/dev.spec.ts']),
  ],
  outputDir: 'test-results/runs',
  forbidOnly: isCi,
  // One more than the two cores it is made for: each test also waits for the stack.
  workers: 3,
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['./e2e/slowest.ts']],
  use: {
    baseURL: givenAddress ?? `http://127.0.0.1:${PORT}`,
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(browser !== null && { executablePath: browser }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  ...(browser !== null &&
    givenAddress === undefined && {
      webServer: localStack(),
      globalTeardown: './e2e/leaks.ts',
    }),
});
