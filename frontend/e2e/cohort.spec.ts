// A file of patients from the choice to the table of its result: what must not mislead.

import { pageProblem } from '../src/api/problem';
import type { Cohort } from '../src/api/types';
import {
  chooseFile,
  chooseModel,
  expect,
  inspect,
  LANGUAGES,
  type Page,
  register,
  sampleText,
  start,
  test,
} from './support';

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('the print of a new prediction has no controls, and nothing is printed over the models', async ({
      page,
    }) => {
      await register(page, words);
      const models = page.getByRole('table', { name: words.models.tableTitle(7) });
      await expect(models).toBeVisible();
      await page.emulateMedia({ media: 'print' });
      for (const hidden of [
        words.submission.confirm,
        words.submission.fileDrop,
        words.submission.sampleHint,
      ]) {
        await expect(page.getByText(hidden)).toBeHidden();
      }
      await expect(models).toBeVisible();
      // What follows a grid that is longer than a sheet would be printed over its end.
      for (const container of await page.locator('.steps, .models').all())
        await expect(container).toHaveCSS('display', 'block');
    });

    test('without a connection after the start, the page says that the prediction was accepted @slow', async ({
      page,
    }) => {
      await register(page, words);
      await chooseFile(page, words, await sampleText(page));
      await expect(page.getByText(words.check.good(10))).toBeVisible();
      let isOffline = true;
      await page.route(/\/api\/predict\/[0-9a-f]{32}$/, (route) =>
        isOffline ? route.abort('internetdisconnected') : route.continue(),
      );
      await start(page, words);
      const unreachable = words.problems.sentences.network_down(pageProblem('network_down'));
      await expect(page.getByRole('alert')).toContainText(unreachable);
      await expect(page.getByText(words.prediction.accepted)).toBeVisible();
      await expect(page.getByText(words.shell.loading)).toBeHidden();
      await inspect(page, `${code}-accepted-offline`);
      isOffline = false;
      // The page tries again by itself.
      await expect(page.getByRole('table', { name: words.result.tableCaption })).toBeVisible();
      await expect(page.getByText(words.prediction.accepted)).toBeHidden();

      // A reload knows nothing of the submission.
      isOffline = true;
      await page.reload();
      await expect(page.getByRole('alert')).toContainText(unreachable);
      await expect(page.getByText(words.prediction.accepted)).toBeHidden();
    });
  });
}

const { words } = LANGUAGES[0];

test('a cleared filter and another page of the table keep the focus, and a bar shows it @slow', async ({
  page,
}) => {
  await register(page, words);
  const whole = await page.request.get('/samples/pbc-418.csv');
  await chooseFile(page, words, await whole.text());
  await start(page, words);
  const title = page.getByRole('heading', { name: words.result.tableCaption });
  const bar = page.locator('.plot-button').first();
  await bar.focus();
  await page.keyboard.press('ArrowRight');
  const ring = page.locator('.plot-focus').last();
  await expect(ring).toBeVisible();
  await expect(ring).toHaveCSS('stroke-width', '3px');
  await page.keyboard.press('Enter');

  // In the overview, the bar gets the focus; above the table, its title does.
  const clear = page.getByRole('button', { name: words.tableFilter.clear });
  await expect(clear).toHaveCount(2);
  await clear.first().press('Enter');
  await expect(clear).toHaveCount(0);
  await expect(page.locator('.plot-button').nth(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await clear.last().press('Enter');
  await expect(clear).toHaveCount(0);
  await expect(title).toBeFocused();
  await page.getByLabel(words.result.filter).fill('nobody');
  await page.getByRole('button', { name: words.result.clearFilter }).press('Enter');
  await expect(title).toBeFocused();

  await page.getByRole('button', { name: words.result.next }).press('Enter');
  await expect(page.getByText(words.result.page(2, 5))).toBeAttached();
  await expect(title).toBeFocused();
  await expect(title).toBeInViewport();
});

test('a group has the same line in every result, also if another group is empty', async ({
  page,
}) => {
  await register(page, words);
  // Without the patients under 2 years, as in a cohort that is less ill.
  await page.route('**/cohort', async (route) => {
    const response = await route.fetch();
    const cohort: Cohort = await response.json();
    const counts = cohort.counts.map((count, bin) => ((cohort.edges[bin] ?? 0) < 2 ? 0 : count));
    await route.fulfill({ response, json: { ...cohort, counts } });
  });
  await chooseFile(page, words, await sampleText(page));
  await chooseModel(page, 'cox-lasso');
  await page.locator('form button[type="submit"]').click();
  const line = page.locator('.stratum').filter({ hasText: words.plots.cohort.stratumShort(4, 6) });
  await expect(line).toHaveClass('stratum stratum-3');
  await expect(page.locator('.stratum-1')).toHaveCount(0);
});

test('on a phone, no word of the columns, the findings and the form is broken', async ({
  page,
}) => {
  const russian = LANGUAGES[1].words;
  await register(page, words);
  await page.locator('.languages [lang="ru"]').click();
  await page.setViewportSize({ width: 320, height: 800 });
  await page.getByText(russian.reading.helpTitle).click();
  await chooseFile(page, russian, 'ID,Age,Bili total\na,20000,1.4\n');
  await expect(page.locator('.findings strong').first()).toBeVisible();
  expect(await brokenWords(page, '.columns th, .findings strong')).toEqual([]);
  await page.getByRole('radio', { name: russian.patient.inputModes.form }).check();
  await expect(page.locator('.field-unit').first()).toBeVisible();
  expect(await brokenWords(page, '.field-unit')).toEqual([]);
});

/** Return the words and units that go on on the next line. */
function brokenWords(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).evaluateAll((elements) => {
    const isBroken = (node: Text, start: number, end: number) => {
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, end);
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1;
    };
    const texts = elements.flatMap(({ childNodes }) =>
      [...childNodes].filter((node) => node instanceof Text),
    );
    return texts.flatMap((node) =>
      [...node.data.matchAll(/[^\s,]+/g)]
        .filter(({ 0: word, index }) => isBroken(node, index, index + word.length))
        .map(([word]) => word),
    );
  });
}
