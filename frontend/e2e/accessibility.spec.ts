import AxeBuilder from '@axe-core/playwright';
import { expect, LANGUAGES, type Page, register, test, type Words } from './support';

// A zoom of 400 %, forced colours and reduced motion. docs/accessibility.md lists all evidence.

/** A window of 1280 × 1024 pixels at a zoom of 400 %. */
const ZOOMED = { width: 320, height: 256 };
const SCREENS = ['#/', '#/register', '#/login', '#/predictions/example-cox-lasso'];
const ACCOUNT_SCREENS = ['#/new', '#/predictions', '#/coins', '#/account'];

async function expectSmallHeader(page: Page, address: string): Promise<void> {
  await page.goto(`/${address}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const header = await page.getByRole('banner').boundingBox();
  const { height } = page.viewportSize() ?? ZOOMED;
  expect(header?.height, address).toBeLessThanOrEqual(height / 5);
  const excess = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(excess, `${address} scrolls sideways`).toBe(0);
}

async function openMenu(page: Page, words: Words) {
  const button = page.getByRole('button', { name: words.shell.menu });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(button).toHaveAttribute('aria-expanded', 'true');
  return button;
}

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('at 400 % the header takes a fifth of the height, and a button opens the menu', async ({
      page,
    }) => {
      await page.setViewportSize(ZOOMED);
      for (const address of SCREENS) await expectSmallHeader(page, address);
      await page.goto('/');
      const links = page.getByRole('navigation', { name: words.shell.mainNavigation });
      await expect(links).toBeHidden();
      const button = await openMenu(page, words);
      await page.keyboard.press('Tab');
      await expect(links.getByRole('link', { name: words.shell.logIn })).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.account.loginTitle);
      await expect(links).toBeHidden();
      await expect(button).toHaveAttribute('aria-expanded', 'false');
    });

    test('the header of a user stays small on every small screen @slow', async ({ page }) => {
      await register(page, words);
      for (const viewport of [ZOOMED, { width: 390, height: 664 }, { width: 844, height: 390 }]) {
        await page.setViewportSize(viewport);
        for (const address of ACCOUNT_SCREENS) await expectSmallHeader(page, address);
      }
      await openMenu(page, words);
      await page.screenshot({ path: `test-results/screens/${code}-menu.png` });
      await page.getByRole('button', { name: words.shell.logOut, exact: true }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.landing.title);
    });

    test('with forced colours, what is chosen and every drawing can be seen @slow', async ({
      page,
    }) => {
      await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
      await page.goto('/#/predictions/example-cox-lasso');
      await expect(page.getByRole('heading', { name: words.result.estimand(8) })).toBeVisible();
      for (const drawing of ['.interval-range', '.plot-bar', '.plot-line'])
        await expect(page.locator(drawing).first()).toBeAttached();
      const colours = await page.evaluate(() => {
        const style = (selector: string) => {
          const element = document.querySelector(selector);
          if (element === null) throw new Error(selector);
          return getComputedStyle(element);
        };
        return {
          ground: style('body').backgroundColor,
          chosen: style('.languages [aria-pressed="true"]').backgroundColor,
          other: style('.languages [aria-pressed="false"]').backgroundColor,
          drawings: ['.interval-range', '.interval-point', '.plot-bar', '.plot-line'].map(
            (selector) => [style(selector).fill, style(selector).stroke],
          ),
        };
      });
      expect(colours.chosen).not.toBe(colours.other);
      for (const drawing of colours.drawings)
        expect(drawing.some((colour) => colour !== 'none' && colour !== colours.ground)).toBe(true);
      await page.screenshot({
        path: `test-results/screens/${code}-forced-colours.png`,
        fullPage: true,
      });
    });

    test('every target is large enough or has space around it @slow', async ({ page }) => {
      const expectTargets = async (address: string) => {
        await page.goto(`/${address}`);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        for (const width of [320, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          // axe checks this only if it is asked to.
          const axe = new AxeBuilder({ page }).setLegacyMode().withRules(['target-size']);
          const { violations } = await axe.analyze();
          const found = violations.flatMap(({ nodes }) => nodes.map((node) => node.html));
          expect(found, `${address} at ${width} px`).toEqual([]);
        }
      };
      for (const address of SCREENS) await expectTargets(address);
      // So that the next address loads the page anew.
      await page.goto('about:blank');
      await register(page, words);
      for (const address of ACCOUNT_SCREENS) await expectTargets(address);
    });
  });
}

test('with reduced motion, nothing moves or fades', async ({ page }) => {
  const longest = () =>
    page.evaluate(() =>
      Math.max(
        ...[...document.querySelectorAll('*')].map((element) => {
          const { transitionDuration, animationDuration, animationName } =
            getComputedStyle(element);
          const animation = animationName === 'none' ? 0 : Number.parseFloat(animationDuration);
          return Math.max(Number.parseFloat(transitionDuration), animation);
        }),
      ),
    );
  await page.goto('/');
  expect(await longest()).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await longest()).toBe(0);
});
