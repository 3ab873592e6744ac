import { pageProblem } from '../src/api/problem';
import {
  chooseFile,
  chooseModel,
  expect,
  inspect,
  LANGUAGES,
  register,
  sampleText,
  start,
  test,
} from './support';

// Choosing a model, and comparing models for one patient.

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('the models are compared at one horizon, and one is recommended with the reason @slow', async ({
      page,
    }) => {
      await register(page, words);
      const table = page.getByRole('table', { name: words.models.tableTitle(7) });
      await expect(table.getByRole('columnheader')).toHaveText([
        words.models.model,
        words.models.calibration,
        words.models.concordance,
        words.models.error,
      ]);
      const constant = table.getByRole('row', { name: words.models.constant(7) });
      await expect(constant.getByRole('cell').nth(1)).toHaveText(words.format.hundredth(0.5));
      await expect(table.getByRole('row')).toHaveCount(5);

      await expect(page.getByText(words.models.recommended, { exact: true })).toHaveCount(1);
      const card = page
        .locator('.model')
        .filter({ has: page.getByRole('radio', { name: 'Cox-Lasso' }) });
      await expect(card.getByText(words.models.recommended, { exact: true })).toBeVisible();
      const uses = card.getByRole('heading', { name: words.models.uses });
      await expect(uses).toBeHidden();
      await card.getByText(words.submission.moreAboutModel).click();
      await expect(uses).toBeVisible();
      await card.getByText(words.models.plot, { exact: true }).first().click();
      const plot = card.getByRole('img', { name: '7' });
      await expect(plot).toBeVisible();
      await expect(plot.locator('circle')).toHaveCount(4);
      await inspect(page, `${code}-models`);
    });

    test('fields that the chosen model does not use are grey and stay editable @slow', async ({
      page,
    }) => {
      await register(page, words);
      await page.getByRole('radio', { name: words.patient.inputModes.form }).check();
      const platelets = page.locator('#patient-Platelets');
      await expect(platelets).toBeVisible();
      await expect(page.getByText(words.models.notUsed)).toHaveCount(0);
      await chooseModel(page, 'mayo');
      await expect(platelets).toHaveAccessibleDescription(new RegExp(words.models.notUsed));
      await platelets.fill('200');
      await expect(platelets).toHaveValue('200');
      await inspect(page, `${code}-fields-not-used`);
      await chooseModel(page, 'cox-lasso');
      await expect(platelets).toHaveAccessibleDescription(new RegExp(words.models.onlyFills));
      await expect(page.locator('#patient-Copper')).not.toHaveAccessibleDescription(
        new RegExp(`${words.models.onlyFills}|${words.models.notUsed}`),
      );
    });

    test('the models are compared for one patient, and a missing one is calculated @slow', async ({
      page,
    }) => {
      await register(page, words);
      await chooseFile(page, words, await sampleText(page));
      await start(page, words);
      const estimate = page.getByRole('heading', { name: words.result.estimand(8) });
      await expect(estimate).toBeVisible();
      await page.goto(`${page.url()}/patients/1`);
      await page.getByRole('link', { name: words.comparison.link }).click();

      const table = page.getByRole('table', { name: words.comparison.table });
      await expect(table.getByRole('columnheader')).toHaveCount(2);
      await expect(page.getByText(words.comparison.wholeFile(10))).toBeVisible();
      for (const [title, price] of [
        [/Mayo|Мейо/, 20],
        [/Cox-Lasso/, 150],
      ] as const) {
        await page
          .getByRole('button', { name: title })
          .filter({ hasText: words.comparison.paid(price) })
          .click();
        const dialog = page.getByRole('dialog', { name: words.comparison.confirmTitle });
        await dialog.getByRole('button', { name: words.actions.retryNow(price) }).click();
        await expect(dialog).toBeHidden();
        await expect(table.getByRole('columnheader', { name: title })).toBeVisible();
      }
      await expect(page.getByText(words.shell.balance(230))).toBeVisible();
      await expect(page.getByRole('heading', { name: words.comparison.offers })).toHaveCount(0);
      const plot = page.getByRole('img', { name: 'Cox-Lasso' });
      await expect(plot.locator('.plot-line')).toHaveCount(4);
      await expect(plot.locator('.interval-point')).toHaveCount(3);
      await expect(page.getByText(words.comparison.horizonsDiffer([7, 8]))).toBeVisible();
      // The rows of Cox-Lasso have no point at 7 years; its curve has one. The lasso has no curve.
      const seventh = table.getByRole('row', { name: words.comparison.longerThan(7) });
      await expect(seventh.getByRole('cell').filter({ hasText: /\d/ })).toHaveCount(2);
      for (const origin of Object.values(words.patientPage.madeFrom))
        await expect(page.getByText(origin)).toBeVisible();
      await inspect(page, `${code}-comparison`);

      // The results are found again, from each of the predictions.
      await page.reload();
      await expect(table.getByRole('columnheader')).toHaveCount(4);
    });

    test('an order that is refused says why, and charges nothing', async ({ page }) => {
      await register(page, words);
      await chooseFile(page, words, await sampleText(page));
      await start(page, words);
      await expect(page.getByRole('heading', { name: words.result.estimand(8) })).toBeVisible();
      await page.goto(`${page.url()}/patients/1/compare`);
      const offer = page.getByRole('button', { name: words.comparison.paid(20) });
      await expect(offer).toBeVisible();
      await page.route('**/retry?*', (route) => route.abort());
      await offer.click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: words.actions.retryNow(20) }).click();
      await expect(
        dialog.getByText(words.problems.sentences.network_down(pageProblem('network_down'))),
      ).toBeVisible();
      await expect(page.getByText(words.shell.balance(400))).toBeVisible();
      await page.unroute('**/retry?*');
      await dialog.getByRole('button', { name: words.actions.retryNow(20) }).click();
      await expect(
        page.getByRole('table', { name: words.comparison.table }).getByRole('columnheader'),
      ).toHaveCount(3);
    });
  });
}
