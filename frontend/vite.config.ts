// The configuration of the build, the development server and the unit tests.

import { defineConfig } from 'vitest/config';

// `make dev` (local/dev.py) sets the address of the API, the headers of the page, and its own
// process id.
const api = process.env['API_URL'] ?? 'http://127.0.0.1:7999';
const headers = JSON.parse(process.env['PAGE_HEADERS'] ?? '{}');
const parent = Number(process.env['PARENT_PID']);

// End the server if the process of `make dev` was killed.
if (parent) setInterval(() => process.ppid === parent || process.exit(), 500).unref();

export default defineConfig({
  // Relative URLs work behind CloudFront, on the local server and under any path.
  base: './',
  build: {
    target: 'es2022',
    // The content security policy forbids inline scripts, and data: URLs for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    headers,
    proxy: { '/api': { target: api }, '/docs': { target: api } },
  },
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'node',
  },
});
