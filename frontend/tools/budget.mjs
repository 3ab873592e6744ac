// Fails the build when the page's JavaScript grows past its budget: all that a person's browser may
// come to load, whichever screens they open, in the language with the most words.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 60 * 1024;
const LANGUAGES = /^(en|ru)-/;
const folder = new URL('../dist/assets/', import.meta.url);

const sizes = readdirSync(folder)
  .filter((name) => name.endsWith('.js'))
  .map((name) => ({ name, bytes: gzipSync(readFileSync(new URL(name, folder))).length }));
const languages = sizes.filter(({ name }) => LANGUAGES.test(name)).map(({ bytes }) => bytes);
const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);
const total = sum(sizes.map(({ bytes }) => bytes)) - sum(languages) + Math.max(0, ...languages);

if (languages.length !== 2 || total > BUDGET_BYTES) {
  process.stderr.write(`JavaScript: ${total} bytes gzip, the budget is ${BUDGET_BYTES}\n`);
  process.exit(1);
}
process.stdout.write(`JavaScript: ${total} bytes gzip of ${BUDGET_BYTES}\n`);
