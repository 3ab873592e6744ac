// Fails the build when the page's JavaScript grows past its budget.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 60 * 1024;
const folder = new URL('../dist/assets/', import.meta.url);

const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
const total = scripts.reduce(
  (sum, name) => sum + gzipSync(readFileSync(new URL(name, folder))).length,
  0,
);

if (scripts.length === 0 || total > BUDGET_BYTES) {
  process.stderr.write(`JavaScript: ${total} bytes gzip, the budget is ${BUDGET_BYTES}\n`);
  process.exit(1);
}
process.stdout.write(`JavaScript: ${total} bytes gzip of ${BUDGET_BYTES}\n`);
