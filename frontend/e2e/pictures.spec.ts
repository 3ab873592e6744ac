import type { Locator, Page } from '@playwright/test';
import { chooseFile, expect, LANGUAGES, patientRows, registerByForm, test } from './page';

// The README's pictures, of the page as it is: `make pictures`.

const FOLDER = '../docs/images';
const { words } = LANGUAGES[0];

test.use({ viewport: { width: 1100, height: 760 }, colorScheme: 'light', deviceScaleFactor: 1.5 });

async function picture(page: Page, name: string, from?: Locator): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await from?.evaluate((element) => scrollTo(0, element.getBoundingClientRect().top - 24));
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: 'disabled' });
}

test('the pictures of the README', async ({ page }) => {
  const person = { name: 'anna', email: 'anna@example.org', password: 'correct horse battery' };
  await registerByForm(page, words, person);
  const whole = await (await page.request.get('/samples/pbc-418.csv')).text();
  const lines = whole.trimEnd().split('\n');
  const wrong = lines.map((line, row) => (row === 3 ? line.replace(/,[\d.]+,/, ',58,') : line));
  await chooseFile(page, words, wrong.join('\n'), 'cohort.csv');
  const region = page.getByRole('region', { name: words.check.preview });
  await expect(region.getByRole('listitem').first()).toBeVisible();
  await picture(page, 'check', page.getByText(words.check.someBad(1, 418)));

  await chooseFile(page, words, whole, 'cohort.csv');
  await page.getByRole('radio', { name: 'Cox-Lasso' }).check();
  await expect(page.getByText(words.check.good(418))).toBeVisible();
  await page.getByRole('button', { name: words.submission.submit(150) }).click();
  await expect(patientRows(page, words)).toHaveCount(100);
  const cohort = page.getByRole('heading', { name: words.plots.cohort.title });
  await page.setViewportSize({ width: 1100, height: 900 });
  await picture(page, 'result', cohort);

  await page.goto(`${page.url()}/patients/35`);
  await expect(page.getByRole('heading', { name: words.result.survivalTitle })).toBeVisible();
  await page.setViewportSize({ width: 1100, height: 980 });
  await picture(page, 'patient');
});
