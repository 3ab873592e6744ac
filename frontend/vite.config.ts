import { defineConfig } from 'vitest/config';

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
    proxy: { '/api': process.env['API_URL'] ?? 'http://127.0.0.1:7999' },
  },
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'node',
  },
});
