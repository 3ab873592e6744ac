// The global teardown: a search of the stack's logs for personal data.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FullConfig } from '@playwright/test';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Fail if the logs of the stack or its emulators contain personal data. Runs after all tests. */
export default function searchLogs(config: FullConfig): void {
  const folder = process.env['E2E_DATA_DIR'];
  const address = config.projects[0]?.use.baseURL;
  if (folder === undefined || address === undefined) throw new Error('The stack has no address.');
  const args = ['-m', 'tests.support.leaks', folder, address];
  execFileSync('.venv/bin/python', args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
}
