// Fail the build if the page's JavaScript exceeds its budget. All sizes are compressed with gzip.
//
// - The first screen needs the scripts of index.html, one dictionary, and what these import. Of the
//   two dictionaries, the larger one counts.
// - All chunks together have a limit too, so that the rest of the page cannot grow without bound.
import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const FIRST_SCREEN_BYTES = 75 * 1024;
const TOTAL_BYTES = 120 * 1024;
const DICTIONARIES = [/^en-/, /^ru-/];
/** A static import. A dynamic one has a parenthesis before the name. */
const IMPORT = /(?:from|import) *["']\.\/([^"'/]+\.js)["']/g;
const SCRIPT = /<script[^>]* src="\.\/assets\/([^"]+\.js)"/g;

const page = process.argv[2]
  ? pathToFileURL(`${process.argv[2]}/`)
  : new URL('../dist/', import.meta.url);
const assets = new URL('assets/', page);
const read = (name) => readFileSync(new URL(name, assets));
const matches = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name);

/** Return the names of the chunks and of all chunks that they import statically. */
function withImports(names) {
  const found = new Set(names);
  for (const name of found)
    for (const other of matches(read(name).toString(), IMPORT)) found.add(other);
  return [...found];
}

const bytes = (names) => names.reduce((sum, name) => sum + gzipSync(read(name)).length, 0);

const chunks = readdirSync(assets).filter((name) => name.endsWith('.js'));
const scripts = matches(readFileSync(new URL('index.html', page), 'utf8'), SCRIPT);
const dictionaries = DICTIONARIES.map((pattern) => chunks.filter((name) => pattern.test(name)));
if (scripts.length === 0 || dictionaries.some((found) => found.length !== 1)) {
  process.stderr.write(
    'JavaScript: the scripts of index.html or the dictionaries were not found\n',
  );
  process.exit(1);
}
const firstScreen = Math.max(
  ...dictionaries.map((dictionary) => bytes(withImports([...scripts, ...dictionary]))),
);
const total = bytes(chunks);
const report = [
  `JavaScript of the first screen: ${firstScreen} bytes gzip of ${FIRST_SCREEN_BYTES}`,
  `JavaScript in total: ${total} bytes gzip of ${TOTAL_BYTES}`,
].join('\n');
if (firstScreen > FIRST_SCREEN_BYTES || total > TOTAL_BYTES) {
  process.stderr.write(`${report}\nThe budget is exceeded.\n`);
  process.exit(1);
}
process.stdout.write(`${report}\n`);
