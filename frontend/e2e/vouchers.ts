import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The code of a new voucher of the stack that the tests run against, as an operator makes one. */
export function newVoucher(coins: number): string {
  const folder = process.env['E2E_DATA_DIR'];
  if (folder === undefined) throw new Error("With BASE_URL, E2E_DATA_DIR names its stack's data.");
  const given = ['-m', 'admin', '--stage', 'local', '--data-dir', folder];
  const command = [...given, 'voucher', '--coins', String(coins)];
  return execFileSync('.venv/bin/python', command, { cwd: ROOT, encoding: 'utf8' }).trim();
}
