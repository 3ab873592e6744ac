// The way from the registration to a result in Firefox. Playwright drives only a Firefox of its own,
// so puppeteer drives the installed one, over WebDriver BiDi.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type ElementHandle, launch, type Page } from 'puppeteer-core';
import { browserTest, expect, LANGUAGES, newUser } from './support';

const NAMES = ['firefox-esr', 'firefox'];
const NO_FIREFOX = 'No Firefox was found: set FIREFOX_PATH, or install firefox-esr or firefox.';

/** Return the path of Firefox: FIREFOX_PATH, or one on PATH; null if there is none. */
function findFirefox(): string | null {
  const configured = process.env['FIREFOX_PATH'];
  if (configured) return existsSync(configured) ? configured : null;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}

const test = browserTest.extend<{ firefox: Browser }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern.
  firefox: async ({}, use) => {
    const executablePath = findFirefox();
    test.skip(executablePath === null, NO_FIREFOX);
    const browser = await launch({ browser: 'firefox', executablePath: executablePath ?? '' });
    await use(browser);
    await browser.close();
  },
});

/** Return the element with this label or text, as soon as there is one. */
async function find(page: Page, selector: string, name: string): Promise<ElementHandle> {
  let found: ElementHandle | null = null;
  await expect
    .poll(async () => {
      const handle = await page.evaluateHandle(firstNamed, selector, name);
      found = handle.asElement() as ElementHandle | null;
      return found !== null;
    }, `${selector} with the name "${name}"`)
    .toBe(true);
  if (found === null) throw new Error(name);
  return found;
}

/** Runs in the browser: puppeteer's own locators compile code, which the page's policy forbids. */
function firstNamed(selector: string, name: string): Element | null {
  const plain = (text: string | null | undefined) => text?.replace(/\s+/g, ' ').trim();
  const nameOf = (element: Element) =>
    element.getAttribute('aria-label') ??
    (element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element.textContent);
  const elements = [...document.querySelectorAll(selector)];
  return elements.find((element) => plain(nameOf(element)) === plain(name)) ?? null;
}

async function click(page: Page, selector: string, name: string): Promise<void> {
  await (await find(page, selector, name)).click();
}

async function type(page: Page, label: string, value: string): Promise<void> {
  await (await find(page, 'input', label)).type(value);
}

for (const { code, words } of LANGUAGES) {
  test(`from the registration to the result in Firefox, in ${code} @slow`, async ({
    firefox,
    baseURL,
  }) => {
    test.setTimeout(180_000);
    const { account, example, landing, plots, result } = words;
    const page = await firefox.newPage();
    await page.setViewport({ width: 1280, height: 900 });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.evaluateOnNewDocument(() => {
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        throw new Error(`breach of the security policy: ${violatedDirective} ${blockedURI}`);
      });
    });
    await page.goto(`${baseURL}/#/register`);
    await click(page, 'button', code === 'en' ? 'EN English' : 'RU Русский');
    await find(page, 'h1', account.registerTitle);
    const user = newUser();
    await type(page, account.name, user.name);
    await type(page, account.email, user.email);
    await type(page, account.password, user.password);
    await click(page, 'input', account.intendedUse);
    await click(page, 'button', account.register);

    await click(page, 'button', `${example.useSample}: ${landing.sampleSmall}`);
    await find(page, '[role="status"]', words.check.good(10));
    const model = await page.$('input[name="model"][value="cox-lasso"]');
    await model?.click();
    await click(page, 'button', words.submission.submit(150));
    await click(page, 'button', result.details(result.patient(1, '28')));
    await click(page, 'a', plots.patient.open);
    await click(page, '[role="tab"]', words.patientPage.views.curve);
    await find(page, 'h3', result.survivalTitle);
    await page.screenshot({ path: `test-results/screens/${code}-firefox-patient.png` });
    expect(errors).toEqual([]);
  });
}
