// The configuration of the browser tests: the tested stack, the browser and the reporters.

import { mkdtempSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { findBrowser, NO_BROWSER } from './e2e/browser';

// Stored in the environment, because every worker process loads this file again.
process.env['E2E_PORT'] ??= String(await freePort());
const PORT = process.env['E2E_PORT'];
const browser = findBrowser();
const isCi = process.env['CI'] === 'true';
const testedAddress = process.env['BASE_URL'];

// Without a browser, the tests are skipped on a developer's machine. In CI that would hide a
// failure.
if (browser === null) {
  if (isCi) throw new Error(NO_BROWSER);
  const isWorker = process.env['TEST_WORKER_INDEX'] !== undefined;
  if (!isWorker) process.stderr.write(`${NO_BROWSER} The tests are skipped.\n`);
}

/**
 * Return the data folder of the stack. It is stored in the environment for the worker processes.
 */
function dataFolder(): string {
  process.env['E2E_DATA_DIR'] ??= mkdtempSync(join(tmpdir(), 'page-e2e-'));
  return process.env['E2E_DATA_DIR'];
}

/** Return a free port, so that several runs are possible at once. */
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
    // The log is searched for personal data after the tests (e2e/leaks.ts), and printed if the stack does not start.
    // The shell ignores SIGTERM, so that it ends only after the stack.
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
    // Only `make screenshots` takes screenshots.
    ...(process.env['SCREENSHOTS'] === '1' ? [] : ['**/screenshots.spec.ts']),
    // tests/dev/test_dev.py runs this test on a copy of the sources.
    ...(process.env['DEV_SOURCES'] ? [] : ['**/dev.spec.ts']),
  ],
  outputDir: 'test-results/runs',
  forbidOnly: isCi,
  // One more than the two cores of CI, because tests also wait for the stack.
  workers: 3,
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['./e2e/slowest.ts']],
  use: {
    baseURL: testedAddress ?? `http://127.0.0.1:${PORT}`,
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
    testedAddress === undefined && {
      webServer: localStack(),
      globalTeardown: './e2e/leaks.ts',
    }),
});
