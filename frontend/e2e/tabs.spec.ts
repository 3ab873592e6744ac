import { pageProblem } from '../src/api/problem';
import {
  chooseFile,
  expect,
  inspect,
  LANGUAGES,
  register,
  sampleText,
  start,
  test,
} from './support';

// Several tabs with one session, and the title of a tab.

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a new tab has the session, and logging out in one tab logs out both', async ({
      page,
    }) => {
      const user = await register(page, words);
      const second = await page.context().newPage();
      await second.goto('/#/account');
      await expect(second.getByText(user.email)).toBeVisible();
      const stored = () => second.evaluate(() => [localStorage, sessionStorage].map(Object.keys));
      expect(await stored()).toEqual([['language'], ['token']]);

      await page.getByRole('button', { name: words.shell.logOut }).click();
      await expect(second.getByRole('heading', { level: 1 })).toHaveText(words.landing.title);
      await expect(second.getByText(user.email)).toHaveCount(0);
      expect(await stored()).toEqual([['language'], []]);
      const third = await page.context().newPage();
      await third.goto('/#/account');
      await expect(third.getByText(words.account.loginRequired)).toBeVisible();
    });

    test('logging in again asks for the password of the known name, in one tab for all @slow', async ({
      page,
    }) => {
      const user = await register(page, words);
      const second = await page.context().newPage();
      await second.goto('/#/new');
      await expect(second.getByText(words.shell.balance(500))).toBeVisible();
      const authorization = `Bearer ${await page.evaluate(() => sessionStorage.getItem('token'))}`;
      await page.request.post('/api/auth/logout', { headers: { authorization } });

      const dialogs = [page, second].map((tab) =>
        tab.getByRole('dialog', { name: words.account.logInAgainTitle }),
      );
      for (const tab of [page, second])
        await tab.getByRole('link', { name: words.shell.predictions }).click();
      for (const dialog of dialogs) await expect(dialog).toBeVisible();
      const dialog = page.getByRole('dialog');
      await expect(dialog.getByLabel(words.account.nameOrEmail)).toHaveValue(user.name);
      const password = dialog.getByLabel(words.account.password);
      await expect(password).toBeFocused();
      await password.fill('not the password');
      await password.press('Enter');
      await expect(dialog.getByRole('alert')).toContainText(
        words.problems.sentences.wrong_credentials(pageProblem('wrong_credentials')),
      );
      await inspect(page, `${code}-log-in-again`);
      await password.fill(user.password);
      await password.press('Enter');
      for (const open of dialogs) await expect(open).toBeHidden();
      for (const tab of [page, second])
        await expect(tab.getByText(words.history.empty)).toBeVisible();
    });

    test('the title of a hidden tab says that the prediction is done', async ({ page }) => {
      await register(page, words);
      await chooseFile(page, words, await sampleText(page));
      await page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      });
      await start(page, words);
      const title = `${words.prediction.title(null)} · ${words.shell.product}`;
      await expect(page).toHaveTitle(`✓ ${words.history.statuses.succeeded} – ${title}`);
      await page.evaluate(() => {
        Reflect.deleteProperty(document, 'visibilityState');
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await expect(page).toHaveTitle(title);
    });

    test('a failed log-in is not shown when another screen asks to log in', async ({ page }) => {
      await page.goto('/#/coins');
      await page.getByLabel(words.account.nameOrEmail).fill('nobody-here');
      await page.getByLabel(words.account.password).fill('not the password');
      await page.getByRole('button', { name: words.account.logIn }).click();
      await expect(page.getByRole('alert')).toBeVisible();
      await page.goto('/#/account');
      await expect(page.getByText(words.account.loginRequired)).toBeVisible();
      await expect(page.getByRole('alert')).toHaveCount(0);
    });

    test('a language that cannot be loaded is loaded when the connection is back', async ({
      page,
    }) => {
      await page.goto('/');
      const other = LANGUAGES.find((language) => language.code !== code) ?? LANGUAGES[0];
      const chunk = `**/assets/${other.code}-*.js`;
      await page.route(chunk, (route) => route.abort('connectionfailed'));
      await page.locator(`.languages [lang="${other.code}"]`).click();
      const alert = page.getByRole('alert');
      await expect(alert).toContainText(words.shell.languageNotLoaded);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.landing.title);
      await inspect(page, `${code}-language-not-loaded`);
      await page.unroute(chunk);
      await page.evaluate(() => dispatchEvent(new Event('online')));
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(other.words.landing.title);
      await expect(alert).toHaveCount(0);
    });
  });
}
