import { expect, inspect, LANGUAGES, newUser, test } from './support';

// The journey of a new user to a printed result. It uses only the first address and visible texts.

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a new user gets to a printed result and finds it again', async ({ page }, testInfo) => {
      const user = newUser();
      await page.goto('/');
      const [sample] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: words.landing.sampleSmall }).click(),
      ]);
      const path = testInfo.outputPath(sample.suggestedFilename());
      await sample.saveAs(path);

      await page.getByRole('link', { name: words.landing.start }).first().click();
      await page.getByLabel(words.account.name, { exact: true }).fill(user.name);
      await page.getByLabel(words.account.email).fill(user.email);
      await page.getByLabel(words.account.password).fill(user.password);
      await page.getByLabel(words.account.intendedUse).check();
      await page.getByRole('button', { name: words.account.register }).click();

      await page.getByLabel(words.submission.fileChoose).setInputFiles(path);
      await expect(page.getByText(words.check.good(10))).toBeVisible();
      await expect(page.getByRole('region', { name: words.check.preview })).toBeVisible();
      await page.getByRole('radio', { name: 'Cox-Lasso' }).check();
      const cost = page.getByRole('definition');
      await expect(cost.filter({ hasText: words.format.whole(350) })).toBeVisible();
      await page.getByRole('button', { name: words.submission.submit(150) }).click();

      await expect(page.getByRole('heading', { name: words.result.estimand(8) })).toBeVisible();
      await page.evaluate(() => {
        window.print = () => {
          document.title = 'printed';
        };
      });
      await page.getByRole('button', { name: words.result.print }).click();
      await expect(page).toHaveTitle('printed');
      await page.emulateMedia({ media: 'print' });
      await expect(page.getByRole('button', { name: words.result.print })).toBeHidden();
      await expect(page.getByText(words.shell.disclaimer)).toBeVisible();
      const pdf = await page.pdf({ format: 'A4' });
      expect(pdf.length).toBeGreaterThan(20_000);
      await page.screenshot({
        path: `test-results/screens/${code}-result-print.png`,
        fullPage: true,
      });
      await page.emulateMedia({ media: 'screen' });

      const patients = page.getByRole('table', { name: words.result.tableCaption });
      await patients.getByRole('rowheader').first().getByRole('button').click();
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      await expect(
        patients.getByRole('heading', { name: words.result.patient(1, '28') }),
      ).toBeVisible();
      await page.evaluate(() => dispatchEvent(new Event('afterprint')));
      await page.getByRole('link', { name: words.plots.patient.open }).click();
      await page.getByRole('tab', { name: words.patientPage.views.curve }).click();
      await expect(page.getByRole('heading', { name: words.result.survivalTitle })).toBeVisible();
      await inspect(page, `${code}-journey-patient`);

      await page.getByRole('button', { name: words.shell.logOut }).click();
      await page.getByRole('navigation').getByRole('link', { name: words.shell.logIn }).click();
      await page.getByLabel(words.account.nameOrEmail).fill(user.email);
      await page.getByLabel(words.account.password).fill(user.password);
      await page.getByRole('button', { name: words.account.logIn }).click();
      await page.getByRole('link', { name: words.shell.predictions }).click();
      await page.getByRole('link', { name: 'patients-10.csv' }).click();
      await expect(page.getByRole('heading', { name: words.result.estimand(8) })).toBeVisible();
    });
  });
}
