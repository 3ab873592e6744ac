// Fail the build if the page's JavaScript exceeds its budget. The size is the sum of all chunks,
// compressed with gzip. Of the two dictionaries, only the larger one counts.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 60 * 1024;
const LANGUAGES = /^(en|ru)-/;
const folder = new URL('../dist/assets/', import.meta.url);

const sizes = readdirSync(folder)
  .filter((name) => name.endsWith('.js'))
  .map((name) => ({ name, bytes: gzipSync(readFileSync(new URL(name, folder))).length }));
const languages = sizes.filter(({ name }) => LANGUAGES.test(name)).map(({ bytes }) => bytes);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const total = sum(sizes.map(({ bytes }) => bytes)) - sum(languages) + Math.max(0, ...languages);

if (languages.length !== 2 || total > BUDGET_BYTES) {
  process.stderr.write(`JavaScript: ${total} bytes gzip, the budget is ${BUDGET_BYTES}\n`);
  process.exit(1);
}
process.stdout.write(`JavaScript: ${total} bytes gzip of ${BUDGET_BYTES}\n`);
