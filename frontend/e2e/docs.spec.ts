import { expect, browserTest as test } from './page';

test("the API's page shows every operation, tries one out, and breaks no policy @slow", async ({
  page,
  baseURL,
}) => {
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== baseURL) foreign.push(request.url());
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
    const wide = await page.evaluate(() => globalThis.document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
    if (process.env['PICTURES_TO']) {
      await page.screenshot({ path: `${process.env['PICTURES_TO']}/docs-${width}.png` });
    }
  }
  expect(complaints).toEqual([]);
  expect(foreign).toEqual([]);
});
