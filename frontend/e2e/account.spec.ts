import type { Browser, Page } from '@playwright/test';
import { pageProblem } from '../src/api/problem';
import {
  expect,
  inspect,
  LANGUAGES,
  type Person,
  register,
  registerByForm,
  test,
  type Words,
} from './page';

const CHANGED = 'correct horse, another battery';

async function logInBy(page: Page, words: Words, { name, password }: Person): Promise<void> {
  await page.goto('/#/login');
  await page.getByLabel(words.account.nameOrEmail).fill(name);
  await page.getByLabel(words.account.password).fill(password);
  await page.getByRole('button', { name: words.account.logIn }).click();
}

/** The same person at another machine. */
async function otherDevice(browser: Browser, locale: string, words: Words, person: Person) {
  const other = await browser.newPage({ locale });
  await logInBy(other, words, person);
  await expect(other.getByText(words.shell.balance(500))).toBeVisible();
  return other;
}

/** The session is refused; who does not log in again stands at the door after the next reload. */
async function expectToBeOut(page: Page, words: Words): Promise<void> {
  await page.reload();
  const dialog = page.getByRole('dialog', { name: words.account.againTitle });
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: words.account.againCancel }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(words.shell.balance(500))).toHaveCount(0);
}

async function tokenOf(page: Page): Promise<string> {
  return `Bearer ${await page.evaluate(() => sessionStorage.getItem('token'))}`;
}

async function openAccount(page: Page, words: Words, person: Person): Promise<void> {
  const link = page.getByRole('link', { name: words.profile.linkLabel(person.name) });
  await expect(link).toHaveText(person.name);
  await link.click();
  await expect(page.getByText(person.email)).toBeVisible();
}

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('the password is changed: this session goes on, all others end @slow', async ({
      page,
      browser,
    }) => {
      const person = await register(page, words);
      const other = await otherDevice(browser, locale, words, person);
      await openAccount(page, words, person);
      const today = words.format.date(new Date().toISOString());
      await expect(page.getByText(today, { exact: true })).toBeVisible();
      await expect(page.locator('input[autocomplete="username"]')).toHaveValue(person.name);
      await inspect(page, `${code}-account`);

      const old = page.getByLabel(words.profile.oldPassword);
      const changed = page.getByLabel(words.profile.newPassword);
      const change = page.getByRole('button', { name: words.profile.change });
      await expect(old).toHaveAttribute('autocomplete', 'current-password');
      await expect(changed).toHaveAttribute('autocomplete', 'new-password');
      await old.fill('not my password');
      await changed.fill(CHANGED);
      await change.click();
      const wrong = words.problems.sentences.wrong_password(pageProblem('wrong_password'));
      await expect(old).toHaveAccessibleDescription(wrong);
      await expect(old).toBeFocused();
      await expect(changed).toHaveValue(CHANGED);
      await inspect(page, `${code}-account-wrong-password`);

      await changed.fill('short');
      await old.fill(person.password);
      await change.click();
      await expect(changed).toHaveAccessibleDescription(
        new RegExp(words.problems.fields.too_short('new_password')),
      );
      await changed.fill(CHANGED);
      await change.click();
      await expect(page.getByText(words.profile.changed)).toBeVisible();
      await expect(old).toHaveValue('');
      await inspect(page, `${code}-account-password-changed`);

      await page.reload();
      await expect(page.getByText(person.email)).toBeVisible();
      await expectToBeOut(other, words);
      await logInBy(other, words, { ...person, password: CHANGED });
      await expect(other.getByText(words.shell.balance(500))).toBeVisible();
      await other.close();
    });

    test('the account is deleted with the password, and is gone @slow', async ({ page }) => {
      const person = await register(page, words);
      await openAccount(page, words, person);
      const opener = page.getByRole('button', { name: words.profile.deleteOpen });
      await opener.click();
      const dialog = page.getByRole('dialog', { name: words.profile.deleteQuestion });
      await expect(dialog.getByRole('listitem')).toHaveText([
        ...words.profile.deleteGoes,
        ...words.profile.deleteStays,
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
      const wrong = words.problems.sentences.wrong_password(pageProblem('wrong_password'));
      await expect(password).toHaveAccessibleDescription(wrong);
      await expect(dialog.getByText(words.problems.requestId)).toBeVisible();
      await inspect(page, `${code}-account-delete-wrong-password`);

      await password.fill(person.password);
      await confirm.click();
      await expect(page.getByText(words.profile.deleted)).toBeVisible();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.landing.title);
      await inspect(page, `${code}-account-deleted`);
      await logInBy(page, words, person);
      await expect(page.getByRole('alert')).toContainText(
        words.problems.sentences.wrong_credentials(pageProblem('wrong_credentials')),
      );
      await page.goto('/#/');
      await expect(page.getByText(words.profile.deleted)).toHaveCount(0);
    });

    test('logging out ends this session on the server and no other @slow', async ({
      page,
      browser,
    }) => {
      const person = await register(page, words);
      const other = await otherDevice(browser, locale, words, person);
      const authorization = await tokenOf(page);
      const ended = page.waitForResponse('**/api/auth/logout?only=this');
      await page.getByRole('button', { name: words.shell.logOut }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.landing.title);
      expect((await ended).status()).toBe(204);
      await expect(page.getByText(words.profile.notEnded)).toHaveCount(0);
      const refused = await page.request.get('/api/auth/me', { headers: { authorization } });
      expect(refused.status()).toBe(401);
      await other.reload();
      await expect(other.getByText(words.shell.balance(500))).toBeVisible();
      await other.close();
    });

    test('who logs out offline is logged out here and told that the session goes on @slow', async ({
      page,
      context,
    }) => {
      await register(page, words);
      await context.setOffline(true);
      await page.getByRole('button', { name: words.shell.logOut }).click();
      await expect(page.getByText(words.profile.notEnded)).toBeVisible();
      expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
      await context.setOffline(false);
      await inspect(page, `${code}-logged-out-offline`);
      await page.getByRole('navigation').getByRole('link', { name: words.shell.logIn }).click();
      await expect(page.getByText(words.profile.notEnded)).toHaveCount(0);
    });

    test('logging out everywhere ends every session @slow', async ({ page, browser }) => {
      const person = await register(page, words);
      const other = await otherDevice(browser, locale, words, person);
      await openAccount(page, words, person);
      await page.getByRole('button', { name: words.profile.everywhere }).click();
      await expect(page.getByText(words.profile.leftEverywhere)).toBeVisible();
      await expect(
        page.getByRole('navigation').getByRole('link', { name: words.shell.logIn }),
      ).toBeVisible();
      await expectToBeOut(other, words);
      await other.close();
    });
  });
}

test('the password is changed although the page could not log in again: it asks', async ({
  page,
}) => {
  const { words } = LANGUAGES[0];
  const person = await register(page, words);
  await openAccount(page, words, person);
  await page.route('**/api/auth/login', (route) =>
    route.fulfill({ status: 503, json: { code: 'temporarily_unavailable' } }),
  );
  await page.getByLabel(words.profile.oldPassword).fill(person.password);
  await page.getByLabel(words.profile.newPassword).fill(CHANGED);
  await page.getByRole('button', { name: words.profile.change }).click();
  const dialog = page.getByRole('dialog', { name: words.account.againTitle });
  await expect(dialog).toBeVisible();
  await page.unroute('**/api/auth/login');
  await dialog.getByLabel(words.account.nameOrEmail).fill(person.name);
  await dialog.getByLabel(words.account.password).fill(CHANGED);
  await dialog.getByRole('button', { name: words.account.logIn }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(words.profile.changed)).toBeVisible();
});

test('an account that could not be loaded can be asked for again', async ({ page }) => {
  const { words } = LANGUAGES[0];
  const person = await register(page, words);
  await page.route('**/api/auth/me', (route) => route.abort('connectionfailed'));
  await page.goto('/#/account');
  const alert = page.getByRole('alert');
  await expect(alert).toBeVisible();
  await page.unroute('**/api/auth/me');
  await alert.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(page.getByText(person.email)).toBeVisible();
});

test('the longest name fits the header @slow', async ({ page }) => {
  const { words } = LANGUAGES[1];
  const name = `анна-${Math.random().toString(36).slice(2, 10)}-`.padEnd(64, 'ы');
  const person = { name, email: `${Date.now()}@example.org`, password: CHANGED };
  await page.goto('/#/register');
  await page.getByRole('button', { name: 'Русский' }).click();
  await registerByForm(page, words, person);
  await openAccount(page, words, person);
  await inspect(page, 'ru-account-long-name');
});
