import type { Browser, Page } from '@playwright/test';
import { pageProblem } from '../src/api/problem';
import {
  expect,
  inspect,
  LANGUAGES,
  register,
  registerByForm,
  test,
  type User,
  type Words,
} from './support';

// The account screen: password, sessions, deletion.

const NEW_PASSWORD = 'correct horse, another battery';

async function logInByForm(page: Page, words: Words, { name, password }: User): Promise<void> {
  await page.goto('/#/login');
  await page.getByLabel(words.account.nameOrEmail).fill(name);
  await page.getByLabel(words.account.password).fill(password);
  await page.getByRole('button', { name: words.account.logIn }).click();
}

/** Log in the same user in a second browser context. */
async function otherDevice(browser: Browser, locale: string, words: Words, user: User) {
  const otherPage = await browser.newPage({ locale });
  await logInByForm(otherPage, words, user);
  await expect(otherPage.getByText(words.shell.balance(500))).toBeVisible();
  return otherPage;
}

/**
 * Expect that the session has ended: the page asks to log in again, and logs out if the user
 * declines.
 */
async function expectLoggedOut(page: Page, words: Words): Promise<void> {
  await page.reload();
  const dialog = page.getByRole('dialog', { name: words.account.logInAgainTitle });
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: words.account.logInAgainCancel }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(words.shell.balance(500))).toHaveCount(0);
}

async function tokenOf(page: Page): Promise<string> {
  return `Bearer ${await page.evaluate(() => sessionStorage.getItem('token'))}`;
}

async function openAccount(page: Page, words: Words, user: User): Promise<void> {
  const link = page.getByRole('link', { name: words.profile.linkLabel(user.name) });
  await expect(link).toHaveText(user.name);
  await link.click();
  await expect(page.getByText(user.email)).toBeVisible();
}

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a changed password ends all other sessions and keeps this one @slow', async ({
      page,
      browser,
    }) => {
      const user = await register(page, words);
      const otherPage = await otherDevice(browser, locale, words, user);
      await openAccount(page, words, user);
      const today = words.format.date(new Date().toISOString());
      await expect(page.getByText(today, { exact: true })).toBeVisible();
      await expect(page.locator('input[autocomplete="username"]')).toHaveValue(user.name);
      await inspect(page, `${code}-account`);

      const oldPassword = page.getByLabel(words.profile.oldPassword);
      const newPassword = page.getByLabel(words.profile.newPassword);
      const change = page.getByRole('button', { name: words.profile.change });
      await expect(oldPassword).toHaveAttribute('autocomplete', 'current-password');
      await expect(newPassword).toHaveAttribute('autocomplete', 'new-password');
      await oldPassword.fill('not my password');
      await newPassword.fill(NEW_PASSWORD);
      await change.click();
      const wrongPassword = words.problems.sentences.wrong_password(pageProblem('wrong_password'));
      await expect(oldPassword).toHaveAccessibleDescription(wrongPassword);
      await expect(oldPassword).toBeFocused();
      await expect(newPassword).toHaveValue(NEW_PASSWORD);
      await inspect(page, `${code}-account-wrong-password`);

      await newPassword.fill('short');
      await oldPassword.fill(user.password);
      await change.click();
      await expect(newPassword).toHaveAccessibleDescription(
        new RegExp(words.problems.fields.too_short('new_password')),
      );
      await newPassword.fill(NEW_PASSWORD);
      await change.click();
      await expect(page.getByText(words.profile.changed)).toBeVisible();
      await expect(oldPassword).toHaveValue('');
      await inspect(page, `${code}-account-password-changed`);

      await page.reload();
      await expect(page.getByText(user.email)).toBeVisible();
      await expectLoggedOut(otherPage, words);
      await logInByForm(otherPage, words, { ...user, password: NEW_PASSWORD });
      await expect(otherPage.getByText(words.shell.balance(500))).toBeVisible();
      await otherPage.close();
    });

    test('the account is deleted after the password is confirmed @slow', async ({ page }) => {
      const user = await register(page, words);
      await openAccount(page, words, user);
      const opener = page.getByRole('button', { name: words.profile.deleteOpen });
      await opener.click();
      const dialog = page.getByRole('dialog', { name: words.profile.deleteQuestion });
      await expect(dialog.getByRole('listitem')).toHaveText([
        ...words.profile.deletedData,
        ...words.profile.keptData,
      ]);
      await inspect(page, `${code}-account-delete`);
      await dialog.getByRole('button', { name: words.actions.back }).click();
      await expect(dialog).toBeHidden();
      await expect(opener).toBeFocused();

      await opener.click();
      const password = dialog.getByLabel(words.profile.deletePassword);
      await expect(password).toHaveAttribute('autocomplete', 'current-password');
      const confirm = dialog.getByRole('button', { name: words.profile.delete });
      await confirm.click();
      await expect(password).toHaveAccessibleDescription(words.problems.fields.missing('password'));
      await password.fill('not my password');
      await confirm.click();
      const wrongPassword = words.problems.sentences.wrong_password(pageProblem('wrong_password'));
      await expect(password).toHaveAccessibleDescription(wrongPassword);
      await expect(dialog.getByText(words.problems.requestId)).toHaveCount(0);
      await inspect(page, `${code}-account-delete-wrong-password`);

      await password.fill(user.password);
      await confirm.click();
      await expect(page.getByText(words.profile.deleted)).toBeVisible();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.landing.title);
      await inspect(page, `${code}-account-deleted`);
      await logInByForm(page, words, user);
      await expect(page.getByRole('alert')).toContainText(
        words.problems.sentences.wrong_credentials(pageProblem('wrong_credentials')),
      );
      await page.goto('/#/');
      await expect(page.getByText(words.profile.deleted)).toHaveCount(0);
    });

    test('logging out ends only this session on the server @slow', async ({ page, browser }) => {
      const user = await register(page, words);
      const otherPage = await otherDevice(browser, locale, words, user);
      const authorization = await tokenOf(page);
      const logOutResponse = page.waitForResponse('**/api/auth/logout?only=this');
      await page.getByRole('button', { name: words.shell.logOut }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.landing.title);
      expect((await logOutResponse).status()).toBe(204);
      await expect(page.getByText(words.profile.sessionNotEnded)).toHaveCount(0);
      const response = await page.request.get('/api/auth/me', { headers: { authorization } });
      expect(response.status()).toBe(401);
      await otherPage.reload();
      await expect(otherPage.getByText(words.shell.balance(500))).toBeVisible();
      await otherPage.close();
    });

    test('logging out offline warns that the session has not ended on the server @slow', async ({
      page,
      context,
    }) => {
      await register(page, words);
      await context.setOffline(true);
      await page.getByRole('button', { name: words.shell.logOut }).click();
      await expect(page.getByText(words.profile.sessionNotEnded)).toBeVisible();
      expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
      await context.setOffline(false);
      await inspect(page, `${code}-logged-out-offline`);
      await page.getByRole('navigation').getByRole('link', { name: words.shell.logIn }).click();
      await expect(page.getByText(words.profile.sessionNotEnded)).toHaveCount(0);
    });

    test('logging out everywhere ends every session @slow', async ({ page, browser }) => {
      const user = await register(page, words);
      const otherPage = await otherDevice(browser, locale, words, user);
      await openAccount(page, words, user);
      await page.getByRole('button', { name: words.profile.everywhere }).click();
      await expect(page.getByText(words.profile.loggedOutEverywhere)).toBeVisible();
      await expect(
        page.getByRole('navigation').getByRole('link', { name: words.shell.logIn }),
      ).toBeVisible();
      await expectLoggedOut(otherPage, words);
      await otherPage.close();
    });
  });
}

test('if the page cannot log in again after a password change, it asks the user', async ({
  page,
}) => {
  const { words } = LANGUAGES[0];
  const user = await register(page, words);
  await openAccount(page, words, user);
  await page.route('**/api/auth/login', (route) =>
    route.fulfill({ status: 503, json: { code: 'temporarily_unavailable' } }),
  );
  await page.getByLabel(words.profile.oldPassword).fill(user.password);
  await page.getByLabel(words.profile.newPassword).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: words.profile.change }).click();
  const dialog = page.getByRole('dialog', { name: words.account.logInAgainTitle });
  await expect(dialog).toBeVisible();
  await page.unroute('**/api/auth/login');
  await dialog.getByLabel(words.account.nameOrEmail).fill(user.name);
  await dialog.getByLabel(words.account.password).fill(NEW_PASSWORD);
  await dialog.getByRole('button', { name: words.account.logIn }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(words.profile.changed)).toBeVisible();
});

test('loading the account can be tried again after a failure', async ({ page }) => {
  const { words } = LANGUAGES[0];
  const user = await register(page, words);
  await page.route('**/api/auth/me', (route) => route.abort('connectionfailed'));
  await page.goto('/#/account');
  const alert = page.getByRole('alert');
  await expect(alert).toBeVisible();
  await page.unroute('**/api/auth/me');
  await alert.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(page.getByText(user.email)).toBeVisible();
});

test('the longest name fits the header @slow', async ({ page }) => {
  const { words } = LANGUAGES[1];
  const name = `анна-${Math.random().toString(36).slice(2, 10)}-`.padEnd(64, 'ы');
  const user = { name, email: `${Date.now()}@example.org`, password: NEW_PASSWORD };
  await page.goto('/#/register');
  await page.getByRole('button', { name: 'Русский' }).click();
  await registerByForm(page, words, user);
  await openAccount(page, words, user);
  await inspect(page, 'ru-account-long-name');
});
