import { randomBytes } from 'node:crypto';
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { INTENDED_USE } from '../src/api/endpoints';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { findBrowser, NO_BROWSER } from './browser';

export { expect, type Page } from '@playwright/test';

/** Of a prediction that is answered by a test. */
export const ID = '9f86d081884c7d659a2feaa0c55ad015';

export const LANGUAGES = [
  { code: 'en', locale: 'en-GB', words: en },
  { code: 'ru', locale: 'ru-RU', words: ru },
] as const;
export type Words = typeof en;

/** Skips each test where no browser was found. A fixture, as a call here would skip the first file only. */
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

/** Every test runs under the page's own policy, that of production, and fails on a breach of it or an uncaught error. */
export const test = browserTest.extend({
  page: async ({ page }, use) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) faults.push(message.text());
    });
    page.on('response', (response) => {
      const isPage = response.request().isNavigationRequest() && response.url().startsWith('http');
      const policy = response.headers()['content-security-policy'] ?? '';
      if (isPage && !policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self'"))
        faults.push(`${response.url()} came with the policy "${policy}"`);
    });
    await use(page);
    expect(faults).toEqual([]);
  },
});

export function newPerson() {
  const name = `anna-${randomBytes(5).toString('hex')}`;
  return { name, email: `${name}@example.org`, password: 'correct horse battery' };
}

export type Person = ReturnType<typeof newPerson>;

/** Registers a person through the form, by what is to be read on the page. */
export async function registerByForm(
  page: Page,
  words: Words,
  person = newPerson(),
): Promise<Person> {
  await page.goto('/#/register');
  await page.getByLabel(words.account.name, { exact: true }).fill(person.name);
  await page.getByLabel(words.account.email, { exact: true }).fill(person.email);
  await page.getByLabel(words.account.password, { exact: true }).fill(person.password);
  await page.getByLabel(words.account.intendedUse).check();
  await page.getByRole('button', { name: words.account.register }).click();
  await expect(page.getByText(words.shell.balance(500))).toBeVisible();
  return person;
}

/** Registers a person through the API and opens the page with their session, for tests of what comes after. */
export async function register(page: Page, words: Words, person = newPerson()): Promise<Person> {
  const response = await page.request.post('/api/auth/register', {
    data: { ...person, intended_use: INTENDED_USE },
  });
  const { access_token } = await response.json();
  const script = await page.addInitScript(
    (token) => sessionStorage.setItem('token', token),
    access_token,
  );
  await page.goto('/#/new');
  // Only the first load gets it: a later one must find what the page itself has kept.
  await script.dispose();
  await expect(page.getByText(words.shell.balance(500))).toBeVisible();
  return person;
}

/** Return a promise and the function that resolves it, for answers that a test holds back. */
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

export async function start(page: Page, words: Words): Promise<void> {
  await page.locator('input[name="model"][value="lasso"]').check();
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

/** Check that a screen is accessible and never scrolls sideways, in light and dark, and keep pictures of it. */
export async function inspect(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page, colorScheme);
    for (const width of WIDTHS[colorScheme]) {
      await page.setViewportSize({ width, height: 800 });
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(excess, `${name} scrolls sideways at ${width} px`).toBe(0);
      await page.screenshot({
        path: `test-results/screens/${name}-${width}-${colorScheme}.png`,
        fullPage: true,
      });
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  }
}

async function expectAccessible(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  const axe = new AxeBuilder({ page })
    // Otherwise axe opens a page of its own for each analysis, to look into frames. This page has none.
    .setLegacyMode()
    .options({ resultTypes: ['violations'] });
  // The schemes differ in colours only, so dark is asked only what depends on them.
  if (colorScheme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block']);
  const { violations } = await axe.analyze();
  expect(
    violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html)]),
  ).toEqual([]);
}

/** The same in both languages, each chosen on the page as it stands. */
export async function inspectInBoth(page: Page, name: string): Promise<void> {
  for (const { code } of [...LANGUAGES, LANGUAGES[0]].slice(1)) {
    await inspect(page, `${code === 'ru' ? 'en' : 'ru'}-${name}`);
    // Not a click of the mouse: under an open dialog that can't be reached.
    await page.locator(`.languages [lang="${code}"]`).evaluate((button) => {
      if (button instanceof HTMLElement) button.click();
    });
    await expect(page.locator('html')).toHaveAttribute('lang', code);
  }
}
