// Vouchers for the tests.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Create a voucher in the tested stack with the operator's command, and return its code. */
export function newVoucher(coins: number): string {
  const folder = process.env['E2E_DATA_DIR'];
  if (folder === undefined) throw new Error('Set E2E_DATA_DIR to the data folder of the stack.');
  const admin = ['-m', 'admin', '--stage', 'local', '--data-dir', folder];
  const args = [...admin, 'voucher', '--coins', String(coins)];
  return execFileSync('.venv/bin/python', args, { cwd: ROOT, encoding: 'utf8' }).trim();
}
