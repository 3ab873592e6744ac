import { defineConfig } from 'vitest/config';

// What `make dev` tells (local/dev.py): where the API answers, and the headers that the page comes with.
const api = process.env['API_URL'] ?? 'http://127.0.0.1:7999';
const headers = JSON.parse(process.env['PAGE_HEADERS'] ?? '{}');
const parent = Number(process.env['PARENT_PID']);

// Whoever kills the stack's supervisor leaves no server behind.
if (parent) setInterval(() => process.ppid === parent || process.exit(), 500).unref();

export default defineConfig({
  // Relative addresses: the same files work behind CloudFront, the local server and any sub-path.
  base: './',
  build: {
    target: 'es2022',
    // The content security policy allows neither inline scripts nor data: scripts and styles.
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
