import { readFileSync } from 'node:fs';
import { pageProblem } from '../src/api/problem';
import {
  chooseFile,
  chooseModel,
  expect,
  inspect,
  inspectInBoth,
  LANGUAGES,
  patientRows,
  register,
  registerByForm,
  start,
  startButton,
  test,
} from './support';

// The main screens in both languages: their content, accessibility and layout.

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a new user gets a result for ten patients and has 400 coins left @slow', async ({
      page,
    }) => {
      await page.goto('/');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.landing.title);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: words.landing.sampleSmall }).click(),
      ]);
      const sample = readFileSync(await download.path(), 'utf8');
      await inspect(page, `${code}-landing`);

      await page.getByRole('link', { name: words.landing.start }).first().click();
      await inspect(page, `${code}-register`);
      await registerByForm(page, words);

      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.submission.title);
      await chooseFile(page, words, sample, 'patients-10.csv');
      await inspect(page, `${code}-new`);
      await page.getByText(words.reading.helpTitle).click();
      await inspect(page, `${code}-new-columns`);
      await start(page, words);

      await expect(patientRows(page, words)).toHaveCount(10);
      await expect(page.getByText(words.shell.balance(400))).toBeVisible();
      await patientRows(page, words).first().getByRole('button').click();
      await expect(page.getByRole('heading', { name: words.result.contributions })).toBeVisible();
      await inspect(page, `${code}-result`);

      const address = page.url();
      await page.getByRole('link', { name: words.shell.predictions }).click();
      await expect(page.getByRole('link', { name: 'patients-10.csv' })).toBeVisible();
      await inspect(page, `${code}-history`);
      await page.goto('about:blank');
      await page.goto(address);
      await expect(patientRows(page, words)).toHaveCount(10);
    });

    test('a file with mistakes is rejected with corrections, and costs nothing @slow', async ({
      page,
    }) => {
      await register(page, words);
      const header = 'ID,Age,Bilirubin,Albumin,Prothrombin,Edema';
      const lines = [
        header,
        '1,21464,1.4,35,12.2,N',
        '2,21464,high,3.5,12.2,Q',
        '3,58,1.4,3.5,11,N',
      ];
      await chooseFile(page, words, lines.join('\n'), 'bad.csv');
      await chooseModel(page, 'lasso');

      await expect(page.getByText(words.check.allBad(3))).toBeVisible();
      const preview = page.getByRole('region', { name: words.check.preview });
      const findings = preview.getByRole('listitem');
      await expect(findings.filter({ hasText: /Albumin|Альбумин/ })).toContainText(
        words.unit('g/L'),
      );
      await expect(findings.filter({ hasText: /Bilirubin|Билирубин/ })).toHaveCount(1);
      await expect(preview.locator('mark').filter({ hasText: 'high' })).toBeVisible();
      await expect(findings.filter({ hasText: /Edema|Oedema|Отёки/ })).toContainText('N, S, Y');
      await expect(findings.filter({ hasText: /Age|Возраст/ })).toContainText(words.unit('years'));
      await expect(startButton(page, words)).toBeDisabled();
      await expect(startButton(page, words)).toHaveAccessibleDescription(
        words.check.blocked.correct,
      );
      await inspect(page, `${code}-bad-file`);

      await expect(page.getByText('bad.csv')).toBeVisible();
      await page.reload();
      await expect(page.getByText(words.shell.balance(500))).toBeVisible();
    });

    test('patients with mistakes are skipped if the user chooses so @slow', async ({ page }) => {
      await register(page, words);
      const header = 'ID,Age,Bilirubin,Albumin,Prothrombin,Edema,Ward';
      const lines = [header, 'a,21464,1.4,3.5,12.2,N,7', 'a,21464,high,3.5,12.2,N,7'];
      await chooseFile(page, words, lines.join('\n'), 'mixed.csv');
      await chooseModel(page, 'lasso');

      await expect(page.getByText(words.check.someBad(1, 2))).toBeVisible();
      await expect(page.getByText(words.check.duplicateId('a', [1, 2]))).toBeVisible();
      await expect(page.getByText(words.check.ignoredColumns)).toBeVisible();
      const bilirubin = page.getByRole('columnheader', { name: 'Bilirubin' });
      await expect(bilirubin.filter({ hasText: words.unit('mg/dL') })).toBeVisible();
      await expect(startButton(page, words)).toBeDisabled();
      await inspect(page, `${code}-mixed-file`);

      await page.getByLabel(words.check.units.si).check();
      await expect(bilirubin.filter({ hasText: words.unit('umol/L') })).toBeVisible();
      await expect(page.getByText(words.check.columnsUnclear(2))).toBeVisible();
      await page.getByLabel(words.check.units.stated).check();
      await page.getByLabel(words.check.skip(1, 1)).check();
      await startButton(page, words).click();
      await expect(patientRows(page, words)).toHaveCount(1);
      await expect(page.getByText(words.result.skipped(1))).toBeVisible();
    });

    test('the log-in form shows a wrong password and keeps the name @slow', async ({ page }) => {
      const user = await register(page, words);
      await page.getByRole('button', { name: words.shell.logOut }).click();
      await page.getByRole('navigation').getByRole('link', { name: words.shell.logIn }).click();
      await page.getByLabel(words.account.nameOrEmail).fill(user.name);
      await page.getByLabel(words.account.password).fill('not the password');
      await page.getByRole('button', { name: words.account.logIn }).click();
      await expect(page.getByRole('alert')).toContainText(
        words.problems.sentences.wrong_credentials(pageProblem('wrong_credentials')),
      );
      await expect(page.getByLabel(words.account.nameOrEmail)).toHaveValue(user.name);
      await inspect(page, `${code}-wrong-password`);

      await page.getByLabel(words.account.password).fill(user.password);
      await page.getByRole('button', { name: words.account.logIn }).click();
      await expect(page.getByText(words.shell.balance(500))).toBeVisible();
    });

    test('a form shows at its fields what is missing or wrong @slow', async ({ page }) => {
      await page.goto('/#/register');
      await page.getByLabel(words.account.name, { exact: true }).fill('anna');
      await page.getByLabel(words.account.email).fill('not an address');
      await page.getByLabel(words.account.password).fill('short');
      await page.getByRole('button', { name: words.account.register }).click();
      const { fields } = words.problems;
      await expect(page.getByText(fields.not_an_email('email'))).toBeVisible();
      await expect(page.getByText(fields.too_short('password'))).toBeVisible();
      await expect(page.getByLabel(words.account.intendedUse)).toHaveAccessibleDescription(
        fields.missing('intended_use'),
      );
      await expect(page.getByLabel(words.account.email)).toBeFocused();
      await inspect(page, `${code}-form-errors`);

      const taken = await register(await page.context().newPage(), words);
      await page.getByLabel(words.account.name, { exact: true }).fill(taken.name);
      await page.getByLabel(words.account.email).fill(taken.email);
      await page.getByLabel(words.account.password).fill('correct horse battery');
      await page.getByLabel(words.account.intendedUse).check();
      await page.getByRole('button', { name: words.account.register }).click();
      const { name_taken, email_taken } = words.problems.sentences;
      await expect(page.getByText(name_taken(pageProblem('name_taken')))).toBeVisible();
      await expect(page.getByText(email_taken(pageProblem('email_taken')))).toBeVisible();
    });
  });
}

test('the language changes without a reload and is remembered', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Русский' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('билиарном');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('билиарном');
});

test('the page can be used with the keyboard alone @slow', async ({ page }) => {
  const words = LANGUAGES[0].words;
  await register(page, words);
  await page.evaluate(() => document.body.focus());
  await page.getByRole('button', { name: words.shell.skipToContent }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();

  await page.getByRole('link', { name: words.shell.predictions }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(page.getByText(words.history.empty)).toBeVisible();
  await inspectInBoth(page, 'history-empty');
});
