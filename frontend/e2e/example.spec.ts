import { readFileSync } from 'node:fs';
import { expect, inspect, LANGUAGES, patientRows, register, test } from './support';

// The example: a finished result that visitors open without an account, and the sample in the check.

const { models } = JSON.parse(
  readFileSync(new URL('../public/example/models.json', import.meta.url), 'utf8'),
);
const titleOf = (id: string, language: string): string =>
  models.find((model: { id: string }) => model.id === id).title[language];

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a visitor opens the example, although there is no API', async ({ page }) => {
      await page.route('**/api/**', (route) => route.abort('connectionfailed'));
      await page.goto('/');
      await page.getByRole('link', { name: words.example.open }).click();
      const notice = page.getByRole('region', { name: words.example.title, exact: true });
      await expect(notice).toContainText(words.example.model(titleOf('cox-lasso', code)));
      await expect(page.getByRole('heading', { name: words.result.estimand(8) })).toBeVisible();
      await expect(patientRows(page, words)).toHaveCount(10);
      await expect(page.getByText(words.plots.cohort.strata)).toBeVisible();
      await expect(page.getByRole('button', { name: words.actions.deleteFiles })).toHaveCount(0);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: words.result.download }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('result.csv');

      await patientRows(page, words).first().getByRole('button').click();
      await page.getByRole('link', { name: words.plots.patient.open }).click();
      await page.getByRole('tab', { name: words.patientPage.views.curve }).click();
      await expect(page.getByRole('heading', { name: words.result.survivalTitle })).toBeVisible();
      await expect(notice).toBeVisible();
      await page.getByRole('link', { name: words.plots.patient.next }).click();
      await expect(page).toHaveURL(/patients\/2$/);
      await expect(
        page.getByText(words.plots.patient.place(2, 10, 'patients-10.csv')),
      ).toBeVisible();
      await page.reload();
      await page.getByRole('tab', { name: words.patientPage.views.curve }).click();
      await expect(page.getByRole('heading', { name: words.result.survivalTitle })).toBeVisible();

      await page
        .getByRole('link', { name: words.example.otherModel(titleOf('lasso', code)) })
        .click();
      await expect(notice).toContainText(words.example.model(titleOf('lasso', code)));
      await expect(patientRows(page, words)).toHaveCount(10);
      await expect(page.getByRole('alert')).toHaveCount(0);
      await page.getByRole('link', { name: words.example.own }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.account.registerTitle);
    });

    test('the example fits every width and is accessible @slow', async ({ page }) => {
      await page.goto('/#/predictions/example-cox-lasso');
      await expect(patientRows(page, words)).toHaveCount(10);
      await inspect(page, `${code}-example`);
      await page.goto('/#/predictions/example-cox-lasso/patients/1');
      await page.getByRole('tab', { name: words.patientPage.views.curve }).click();
      await expect(page.getByRole('heading', { name: words.result.survivalTitle })).toBeVisible();
      await inspect(page, `${code}-example-patient`);
    });

    test('a sample is checked without a download', async ({ page }) => {
      await register(page, words);
      const use = page.getByRole('button', { name: words.example.useSample });
      await use.first().click();
      await expect(page.getByText('patients-10.csv')).toBeVisible();
      await expect(page.getByText(words.check.good(10))).toBeVisible();
      await expect(use).toHaveCount(0);
      await page.getByRole('button', { name: words.submission.fileRemove }).click();
      await use.last().click();
      await expect(page.getByText(words.check.good(418))).toBeVisible();
    });
  });
}
