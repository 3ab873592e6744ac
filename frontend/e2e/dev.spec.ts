import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';

// `make dev`: changes to the page's sources appear without a reload.

function edit(file: string, from: string, to: string): void {
  const path = join(process.env['DEV_SOURCES'] ?? '', file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  // Replace the file atomically, so that the server never reads half of it.
  writeFileSync(`${path}.new`, text.replace(from, to));
  renameSync(`${path}.new`, path);
}

test('make dev shows a changed component and a changed style without a reload', async ({
  page,
}) => {
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto('/');
  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toBeVisible();
  await page.evaluate(() => document.documentElement.setAttribute('data-loaded-once', ''));

  edit('src/styles/base.css', ':root {', 'body { outline-color: rgb(1, 2, 3); }\n:root {');
  await expect(page.locator('body')).toHaveCSS('outline-color', 'rgb(1, 2, 3)');

  edit('src/screens/Landing.tsx', '{words.title}', 'A changed title');
  await expect
    .poll(async () => [await heading.textContent(), ...errors], { timeout: 15_000 })
    .toEqual(['A changed title']);
  await expect(page.locator('html')).toHaveAttribute('data-loaded-once');
});
