// Puts the API's page beside the built one: its own three files and, of Swagger UI, only what they load.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const own = new URL('../docs/', import.meta.url);
const theirs = new URL('../node_modules/swagger-ui-dist/', import.meta.url);
const target = new URL('../dist/docs/', import.meta.url);
const NOTICES = { LICENSE: 'swagger-ui.LICENSE.txt', NOTICE: 'swagger-ui.NOTICE.txt' };

mkdirSync(target, { recursive: true });
for (const name of readdirSync(own)) copyFileSync(new URL(name, own), new URL(name, target));
for (const [name, kept] of Object.entries(NOTICES)) {
  copyFileSync(new URL(name, theirs), new URL(kept, target));
}
const licences = 'swagger-ui-bundle.js.LICENSE.txt';
copyFileSync(new URL(licences, theirs), new URL(licences, target));
for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
  // The source maps are larger than what they describe, and stay away.
  const text = readFileSync(new URL(name, theirs), 'utf8');
  writeFileSync(
    new URL(name, target),
    text.replace(/\n(\/\/|\/\*)# sourceMappingURL=.*\s*$/, '\n'),
  );
}
