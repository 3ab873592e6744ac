// Fixtures and helpers of the browser tests.

import { randomBytes } from 'node:crypto';
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { INTENDED_USE } from '../src/api/endpoints';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { findBrowser, NO_BROWSER } from './browser';

export { expect, type Page } from '@playwright/test';

/** The id of predictions that tests simulate. */
export const ID = '9f86d081884c7d659a2feaa0c55ad015';

export const LANGUAGES = [
  { code: 'en', locale: 'en-GB', words: en },
  { code: 'ru', locale: 'ru-RU', words: ru },
] as const;
export type Words = typeof en;

/**
 * A test that is skipped if there is no browser. This is a fixture because a call of `skip` here would
 * apply only to the first file.
 */
export const browserTest = base.extend<{ foundBrowser: undefined }>({
  foundBrowser: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern.
    async ({}, use) => {
      base.skip(findBrowser() === null, NO_BROWSER);
      await use(undefined);
    },
    { auto: true },
  ],
});

/** A test that fails if the page breaks or lacks its security policy, or has an uncaught error. */
export const test = browserTest.extend({
  page: async ({ page }, use) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) errors.push(message.text());
    });
    page.on('response', (response) => {
      const isPage = response.request().isNavigationRequest() && response.url().startsWith('http');
      const policy = response.headers()['content-security-policy'] ?? '';
      if (isPage && !policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self'"))
        errors.push(`${response.url()} came with the policy "${policy}"`);
    });
    await use(page);
    expect(errors).toEqual([]);
  },
});

export function newUser() {
  const name = `anna-${randomBytes(5).toString('hex')}`;
  return { name, email: `${name}@example.org`, password: 'correct horse battery' };
}

export type User = ReturnType<typeof newUser>;

/** Register a user through the form. */
export async function registerByForm(page: Page, words: Words, user = newUser()): Promise<User> {
  await page.goto('/#/register');
  await page.getByLabel(words.account.name, { exact: true }).fill(user.name);
  await page.getByLabel(words.account.email, { exact: true }).fill(user.email);
  await page.getByLabel(words.account.password, { exact: true }).fill(user.password);
  await page.getByLabel(words.account.intendedUse).check();
  await page.getByRole('button', { name: words.account.register }).click();
  await expect(page.getByText(words.shell.balance(500))).toBeVisible();
  return user;
}

/** Register a user through the API, and open the page with their session. */
export async function register(page: Page, words: Words, user = newUser()): Promise<User> {
  const response = await page.request.post('/api/auth/register', {
    data: { ...user, intended_use: INTENDED_USE },
  });
  const { access_token } = await response.json();
  const script = await page.addInitScript(
    (token) => sessionStorage.setItem('token', token),
    access_token,
  );
  await page.goto('/#/new');
  // Later loads must find the token that the page itself has stored.
  await script.dispose();
  await expect(page.getByText(words.shell.balance(500))).toBeVisible();
  return user;
}

/** Return a promise and the function that resolves it, for responses that a test delays. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

export async function sampleText(page: Page): Promise<string> {
  const response = await page.request.get('/samples/patients-10.csv');
  expect(response.ok()).toBe(true);
  return response.text();
}

export async function chooseFile(
  page: Page,
  words: Words,
  content: string,
  name = 'patients.csv',
): Promise<void> {
  const file = { name, mimeType: 'text/csv', buffer: Buffer.from(content) };
  await page
    .getByLabel(words.submission.fileChoose)
    .or(page.getByLabel(words.submission.fileReplace))
    .setInputFiles(file);
}

export async function chooseModel(page: Page, id: string): Promise<void> {
  const model = page.locator(`input[name="model"][value="${id}"]`);
  // The check of the file may end just now and move the cards.
  await expect(() => model.check({ timeout: 2000 })).toPass();
}

export async function start(page: Page, words: Words): Promise<void> {
  await chooseModel(page, 'lasso');
  await startButton(page, words).click();
}

export function startButton(page: Page, words: Words) {
  return page.getByRole('button', { name: words.submission.submit(100) });
}

export function patientRows(page: Page, words: Words) {
  return page
    .getByRole('table', { name: words.result.tableCaption })
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader').getByRole('button') });
}

const WIDTHS = { light: [320, 1280, 2200], dark: [320, 1280] };

/**
 * Check that a screen is accessible and does not scroll sideways, in light and dark, and save
 * screenshots.
 */
export async function inspect(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(endOfTransitions);
    await expectAccessible(page, colorScheme);
    for (const width of WIDTHS[colorScheme]) {
      await page.setViewportSize({ width, height: 800 });
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(excess, `${name} scrolls sideways at ${width} px`).toBe(0);
      expect(await page.evaluate(touchingNotices), `${name} at ${width} px`).toEqual([]);
      await page.screenshot({
        path: `test-results/screens/${name}-${width}-${colorScheme}.png`,
        fullPage: true,
      });
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  }
}

/** Return the texts of notices that touch what stands above them. */
function touchingNotices(): (string | null)[] {
  const visibleAbove = (element: Element) => {
    let above = element.previousElementSibling;
    while (above?.getBoundingClientRect().height === 0) above = above.previousElementSibling;
    return above;
  };
  return [...document.querySelectorAll('.notice')]
    .filter((notice) => {
      const bottom = visibleAbove(notice)?.getBoundingClientRect().bottom;
      const { top } = notice.getBoundingClientRect();
      return bottom !== undefined && Math.abs(top - bottom) < 4;
    })
    .map(({ textContent }) => textContent);
}

/** Wait for transitions that began before: while a button becomes enabled, its contrast is low. */
async function endOfTransitions(): Promise<void> {
  const transitions = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.allSettled(transitions.map(({ finished }) => finished));
}

async function expectAccessible(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  const axe = new AxeBuilder({ page })
    // Otherwise axe opens another page for each analysis, to look into frames. There are none.
    .setLegacyMode()
    .options({ resultTypes: ['violations'] });
  // The colour schemes differ only in colours, so the dark one needs only the rules about these.
  if (colorScheme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block']);
  const { violations } = await axe.analyze();
  expect(
    violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html)]),
  ).toEqual([]);
}

/** Inspect the screen in both languages, switching the language on the page. */
export async function inspectInBoth(page: Page, name: string): Promise<void> {
  for (const { code } of [...LANGUAGES, LANGUAGES[0]].slice(1)) {
    await inspect(page, `${code === 'ru' ? 'en' : 'ru'}-${name}`);
    // An open dialog prevents mouse clicks on the switch.
    await page.locator(`.languages [lang="${code}"]`).evaluate((button) => {
      if (button instanceof HTMLElement) button.click();
    });
    await expect(page.locator('html')).toHaveAttribute('lang', code);
  }
}
