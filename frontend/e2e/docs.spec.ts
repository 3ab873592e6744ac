import { expect, browserTest as test } from './support';

// The documentation page of the API (Swagger UI).

test("the API's page shows every operation, executes one, and keeps its security policy @slow", async ({
  page,
  baseURL,
}) => {
  const errors: string[] = [];
  const foreignRequests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== baseURL) foreignRequests.push(request.url());
  });

  await page.goto('/docs');
  await expect(page).toHaveURL(/\/docs\/$/);
  await expect(page.locator('.opblock').first()).toBeVisible();
  const document = await (await page.request.get('/api/openapi.json')).json();
  const operations = Object.values(document.paths).flatMap((methods) =>
    Object.keys(methods as object),
  );
  await expect(page.locator('.opblock')).toHaveCount(operations.length);

  const health = page.locator('#operations-service-health');
  await health.locator('button.opblock-summary-control').click();
  await health.getByRole('button', { name: 'Execute' }).click();
  await expect(health.locator('.live-responses-table')).toContainText('"status": "ok"');

  const submit = page.locator('#operations-inference-submit');
  await submit.locator('button.opblock-summary-control').click();
  await expect(submit).toContainText('invalid_rows');
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const contentWidth = await page.evaluate(() => globalThis.document.documentElement.scrollWidth);
    expect(contentWidth).toBeLessThanOrEqual(width);
    if (process.env['SCREENSHOTS_TO']) {
      await page.screenshot({ path: `${process.env['SCREENSHOTS_TO']}/docs-${width}.png` });
    }
  }
  expect(errors).toEqual([]);
  expect(foreignRequests).toEqual([]);
});
