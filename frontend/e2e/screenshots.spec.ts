import type { Locator, Page } from '@playwright/test';
import { chooseFile, expect, LANGUAGES, patientRows, registerByForm, test } from './support';

// Take the screenshots of the README and of docs/using.md: `make screenshots`.

const FOLDER = '../docs/images';
const { words } = LANGUAGES[0];

test.use({ viewport: { width: 1100, height: 760 }, colorScheme: 'light', deviceScaleFactor: 1.5 });

/** Save a screenshot. With `top`, scroll to this element first. */
async function takeScreenshot(page: Page, name: string, top?: Locator): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await top?.evaluate((element) => scrollTo(0, element.getBoundingClientRect().top - 24));
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: 'disabled' });
}

test('the screenshots of the documentation', async ({ page }) => {
  const user = { name: 'anna', email: 'anna@example.org', password: 'correct horse battery' };
  await registerByForm(page, words, user);
  const cohortFile = await (await page.request.get('/samples/pbc-418.csv')).text();
  const lines = cohortFile.trimEnd().split('\n');
  const linesWithMistake = lines.map((line, row) =>
    row === 3 ? line.replace(/,[\d.]+,/, ',58,') : line,
  );
  await chooseFile(page, words, linesWithMistake.join('\n'), 'cohort.csv');
  const region = page.getByRole('region', { name: words.check.preview });
  await expect(region.getByRole('listitem').first()).toBeVisible();
  await takeScreenshot(page, 'check', page.getByText(words.check.someBad(1, 418)));

  await chooseFile(page, words, cohortFile, 'cohort.csv');
  await page.getByRole('radio', { name: 'Cox-Lasso' }).check();
  await expect(page.getByText(words.check.good(418))).toBeVisible();
  await page.getByRole('button', { name: words.submission.submit(150) }).click();
  await expect(patientRows(page, words)).toHaveCount(100);
  const cohort = page.getByRole('heading', { name: words.plots.cohort.title });
  await page.setViewportSize({ width: 1100, height: 900 });
  await takeScreenshot(page, 'result', cohort);

  await page.goto(`${page.url()}/patients/35`);
  await page.getByRole('tab', { name: words.patientPage.views.curve }).click();
  await expect(page.getByRole('heading', { name: words.result.survivalTitle })).toBeVisible();
  await page.setViewportSize({ width: 1100, height: 980 });
  await takeScreenshot(page, 'patient');
});
