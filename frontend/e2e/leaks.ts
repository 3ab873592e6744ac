import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FullConfig } from '@playwright/test';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** After all tests, while the stack still runs: its logs, its emulators' too, hold nothing of anybody. */
export default function searchLogs(config: FullConfig): void {
  const folder = process.env['E2E_DATA_DIR'];
  const address = config.projects[0]?.use.baseURL;
  if (folder === undefined || address === undefined) throw new Error('The stack has no address.');
  const command = ['-m', 'tests.support.leaks', folder, address];
  execFileSync('.venv/bin/python', command, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
}
