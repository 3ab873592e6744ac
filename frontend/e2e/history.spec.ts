import type { Page } from '@playwright/test';
import {
  chooseFile,
  chooseModel,
  expect,
  inspect,
  LANGUAGES,
  patientRows,
  register,
  sampleText,
  test,
  type Words,
} from './support';

// The list of predictions: names and notes, the search, and the place to which "Back" returns.

/** Submit a file with the cheapest model through the API, and return the id of the prediction. */
async function submit(page: Page, content: string, name: string): Promise<string> {
  const token = await page.evaluate(() => sessionStorage.getItem('token'));
  const headers = { authorization: `Bearer ${token}` };
  const file = { name, mimeType: 'text/csv', buffer: Buffer.from(content) };
  const response = await page.request.post('/api/predict/mayo', { headers, multipart: { file } });
  const { prediction_id: id } = await response.json();
  await expect(async () => {
    const shown = await page.request.get(`/api/predict/${id}`, { headers });
    expect((await shown.json()).status).toBe('succeeded');
  }).toPass();
  return id;
}

async function openHistory(page: Page, words: Words): Promise<void> {
  await page.getByRole('link', { name: words.shell.predictions }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.history.title);
}

const entries = (page: Page) => page.getByRole('main').getByRole('listitem');

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a prediction gets a name and a note, is found by them, and loses both with its files @slow', async ({
      page,
    }) => {
      await register(page, words);
      const sample = await sampleText(page);
      const [header, patient] = sample.split('\n');
      await submit(page, sample, 'ten.csv');
      const id = await submit(page, `${header}\n${patient}\n`, 'one.csv');
      await openHistory(page, words);
      await expect(entries(page)).toHaveCount(2);
      // The estimate of the single patient stands in the list.
      const label = words.description.estimate('').trim();
      await expect(entries(page).first()).toContainText(label);
      await expect(entries(page).last()).not.toContainText(label);

      const dialog = page.getByRole('dialog', { name: words.description.title });
      await entries(page).first().getByRole('button', { name: words.description.title }).click();
      await expect(dialog.getByText(words.description.warning)).toBeVisible();
      await dialog.getByLabel(words.description.name).fill('  Spring\u200b clinic ');
      await dialog.getByLabel(words.description.note).fill('first\nvisit');
      await inspect(page, `${code}-describe`);
      // A text that is too long is not cut, and not sent.
      await dialog.getByLabel(words.description.note).fill('n'.repeat(201));
      await expect(dialog.getByText(words.description.length(201, 200))).toBeVisible();
      await dialog.getByRole('button', { name: words.description.save }).click();
      await expect(dialog.getByLabel(words.description.note)).toBeFocused();
      await inspect(page, `${code}-describe-too-long`);
      await dialog.getByLabel(words.description.note).fill('first\nvisit');
      await expect(dialog.getByText(words.description.length(11, 200))).toBeVisible();
      // A lost connection keeps what was typed.
      await page.route('**/api/predict/*', (route) => route.abort('connectionfailed'));
      await dialog.getByRole('button', { name: words.description.save }).click();
      await expect(dialog.getByRole('alert')).toBeVisible();
      await page.unroute('**/api/predict/*');
      await dialog.getByRole('button', { name: words.description.save }).click();
      await expect(dialog).toBeHidden();
      const link = page.getByRole('link', { name: 'Spring clinic', exact: true });
      await expect(link).toBeVisible();
      await expect(entries(page).first()).toContainText('first visit');
      await expect(entries(page).first()).toContainText(words.description.file('one.csv'));

      await page.getByLabel(words.description.search).fill('VISIT spring');
      await expect(page.getByText(words.description.found(1, 2))).toBeVisible();
      await expect(entries(page)).toHaveCount(1);
      await inspect(page, `${code}-history-search`);
      await page.getByLabel(words.description.search).fill('nothing like this');
      await expect(page.getByText(words.description.none)).toBeVisible();
      await page.getByRole('button', { name: words.description.clear }).click();
      await page
        .getByLabel(words.description.status, { exact: true })
        .selectOption({ label: words.history.statuses.succeeded });
      await expect(entries(page)).toHaveCount(2);

      await link.click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Spring clinic');
      await expect(page.getByText('first visit')).toBeVisible();
      // The browser's history keeps the title of the document, so it has no name.
      await expect(page).toHaveTitle(
        new RegExp(`^${words.prediction.title(null)} · ${words.shell.product}$`),
      );
      await page.getByRole('button', { name: words.actions.deleteFiles }).click();
      await page.getByRole('button', { name: words.actions.deleteNow }).click();
      await expect(page.getByRole('button', { name: words.description.title })).toHaveCount(0);
      await page.goBack();
      // The list shows what has changed meanwhile.
      const deleted = page.getByRole('link', { name: words.history.deletedFile });
      await expect(deleted).toBeVisible();
      await expect(deleted).toHaveAttribute('href', `#/predictions/${id}`);
      await expect(entries(page).first()).not.toContainText('first visit');
      await expect(entries(page).first()).not.toContainText(label);
      await expect(entries(page)).toHaveCount(2);
    });

    test('a bar of the histogram, a group and the kinds of values filter the table @slow', async ({
      page,
    }) => {
      await register(page, words);
      await chooseFile(page, words, await sampleText(page), 'ten.csv');
      await chooseModel(page, 'cox-lasso');
      await page.locator('form button[type="submit"]').click();
      await expect(patientRows(page, words)).toHaveCount(10);
      const years = await page.locator('.results .estimate').allTextContents();
      const numbers = years.map((text) => Number(text.replace(',', '.').replace('<', '')));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));

      const bars = page
        .getByRole('group', { name: /./ })
        .filter({ has: page.locator('.plot-button') })
        .getByRole('button');
      await bars.first().focus();
      await page.keyboard.press('ArrowRight');
      await expect(bars.nth(1)).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(bars.nth(1)).toHaveAttribute('aria-pressed', 'true');
      const name = (await bars.nth(1).getAttribute('aria-label')) ?? '';
      const count = Number(/(\d+)\D*$/.exec(name)?.[1]);
      // The filter names the range as the bar does.
      const chip = page.locator('.cohort .filter-chip');
      await expect(chip).toContainText(name.slice(0, name.indexOf(':')));
      await expect(patientRows(page, words)).toHaveCount(count);
      await inspect(page, `${code}-result-filtered`);

      // The filter stays when the user looks at a patient.
      await patientRows(page, words).first().getByRole('button').click();
      await page.getByRole('link', { name: words.plots.patient.open }).click();
      await expect(page.getByRole('link', { name: words.plots.patient.back })).toBeVisible();
      await page.goBack();
      await expect(bars.nth(1)).toHaveAttribute('aria-pressed', 'true');
      await expect(patientRows(page, words)).toHaveCount(count);
      await page.getByRole('button', { name: words.tableFilter.clear }).first().click();
      await expect(patientRows(page, words)).toHaveCount(10);

      await bars.first().click();
      await expect(bars.first()).toHaveAttribute('aria-pressed', 'true');
      await page.getByRole('button', { name: words.tableFilter.toTable }).click();
      await expect(page.getByRole('heading', { name: words.result.tableCaption })).toBeFocused();
      const group = page
        .getByRole('table', { name: words.plots.cohort.strata })
        .getByRole('button')
        .first();
      await group.click();
      await expect(group).toHaveAttribute('aria-pressed', 'true');
      await group.click();
      await expect(patientRows(page, words)).toHaveCount(10);

      const missing = patientRows(page, words).filter({
        has: page.locator('.badge:not(.badge-warning)'),
      });
      const withMissing = await missing.count();
      await page.getByLabel(words.tableFilter.imputed).check();
      await expect(patientRows(page, words)).toHaveCount(withMissing);
      const { active, imputed } = words.tableFilter;
      await expect(page.getByText(active([imputed], withMissing))).toBeVisible();
    });

    test('the list returns to its pages and its place, and opens anew from a link @slow', async ({
      page,
    }) => {
      await register(page, words);
      const id = await submit(page, await sampleText(page), 'ten.csv');
      const token = await page.evaluate(() => sessionStorage.getItem('token'));
      const headers = { authorization: `Bearer ${token}` };
      const prediction = await (await page.request.get(`/api/predict/${id}`, { headers })).json();
      const copy = (index: number) => ({
        ...prediction,
        prediction_id: index === 30 ? id : index.toString(16).padStart(32, '0'),
        file_name: `file-${index}.csv`,
      });
      const list = Array.from({ length: 40 }, (_, index) => copy(index));
      await page.route(/api\/predict(\?|$)/, (route) => {
        const isFirst = !route.request().url().includes('cursor');
        const predictions = isFirst ? list.slice(0, 20) : list.slice(20);
        return route.fulfill({ json: { predictions, next_cursor: isFirst ? 'next' : null } });
      });
      await openHistory(page, words);
      await expect(page.getByText(words.description.searched(20))).toBeVisible();
      await page.getByRole('button', { name: words.history.more }).click();
      await expect(entries(page)).toHaveCount(40);
      await expect(page.getByText(words.description.searched(40))).toHaveCount(0);
      const link = page.getByRole('link', { name: 'file-30.csv' });
      await link.scrollIntoViewIfNeeded();
      const top = await page.evaluate(() => scrollY);
      expect(top).toBeGreaterThan(500);
      await link.click();
      await expect(patientRows(page, words)).toHaveCount(10);
      await page.goBack();
      await expect(entries(page)).toHaveCount(40);
      await expect(entries(page).nth(30).getByRole('link').first()).toBeFocused();
      expect(await page.evaluate(() => scrollY)).toBe(top);

      await page.getByRole('link', { name: words.shell.newPrediction }).click();
      await openHistory(page, words);
      await expect(entries(page)).toHaveCount(20);
    });
  });
}
