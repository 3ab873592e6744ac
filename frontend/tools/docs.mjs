// Copy the API's documentation page into the build: frontend/docs/ and the files of Swagger UI that
// it loads.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const pageFolder = new URL('../docs/', import.meta.url);
const swaggerFolder = new URL('../node_modules/swagger-ui-dist/', import.meta.url);
const target = new URL('../dist/docs/', import.meta.url);
const NOTICES = { LICENSE: 'swagger-ui.LICENSE.txt', NOTICE: 'swagger-ui.NOTICE.txt' };

mkdirSync(target, { recursive: true });
for (const name of readdirSync(pageFolder))
  copyFileSync(new URL(name, pageFolder), new URL(name, target));
for (const [name, copyName] of Object.entries(NOTICES)) {
  copyFileSync(new URL(name, swaggerFolder), new URL(copyName, target));
}
const licences = 'swagger-ui-bundle.js.LICENSE.txt';
copyFileSync(new URL(licences, swaggerFolder), new URL(licences, target));
for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
  // Remove the reference to the source map, which is not copied because of its size.
  const text = readFileSync(new URL(name, swaggerFolder), 'utf8');
  writeFileSync(
    new URL(name, target),
    text.replace(/\n(\/\/|\/\*)# sourceMappingURL=.*\s*$/, '\n'),
  );
}
