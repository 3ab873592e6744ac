import type { Page } from '@playwright/test';
import type { Row } from '../src/api/types';
import { estimateText, intervalText, roundedPercent } from '../src/lib/interval';
import { expect, inspect, LANGUAGES, register, sampleText, test, type Words } from './support';

// The page of a patient: its four views, the summary to copy, and the printed report.

/** Very ill patients: one with few values, one with all, most of them unusual. */
const EXTREME_PATIENTS = {
  'cox-lasso':
    'ID,Age [years],Bilirubin [mg/dL],Albumin,Prothrombin,Edema\nA rather long name of a patient,78.2,28,1.7,19,Y',
  lasso:
    'Age [years],Bilirubin [mg/dL],Albumin,Prothrombin,Edema,Sex,Ascites,Hepatomegaly,Spiders,Cholesterol,Copper,Alk_Phos,SGOT,Tryglicerides,Platelets,Stage\n78.2,28,1.7,19,S,F,Y,Y,Y,2000,700,15000,600,700,700,4',
};

/** Make a prediction through the API, by default for the sample, and return its id and rows. */
async function predict(
  page: Page,
  model: string,
  content?: string,
): Promise<{ id: string; rows: Row[] }> {
  const token = await page.evaluate(() => sessionStorage.getItem('token'));
  const headers = { authorization: `Bearer ${token}` };
  const response = await page.request.post(`/api/predict/${model}`, {
    headers: { ...headers, 'content-type': 'text/csv' },
    data: content ?? (await sampleText(page)),
  });
  const { prediction_id: id } = await response.json();
  const get = async (path: string) =>
    (await page.request.get(`/api/predict/${id}${path}`, { headers })).json();
  await expect.poll(async () => (await get('')).status).toBe('succeeded');
  return { id, rows: (await get('/rows?limit=10')).rows };
}

function tab(page: Page, words: Words, view: keyof Words['patientPage']['views']) {
  return page.getByRole('tab', { name: words.patientPage.views[view] });
}

function aliveAt(row: Row, years: number): number {
  const point = row.survival.find((candidate) => candidate.years === years);
  return roundedPercent(point?.probability ?? Number.NaN);
}

/** Return a row whose numbers of the living and the dead are both ordinary. */
function typicalRow(rows: Row[]): Row {
  const row = rows.find((candidate) => aliveAt(candidate, 5) > 20 && aliveAt(candidate, 5) < 95);
  if (row === undefined) throw new Error('the sample should have such a patient');
  return row;
}

/** Count the sheets of a PDF. */
function sheets(pdf: Buffer): number {
  return (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length;
}

for (const { code, locale, words } of LANGUAGES) {
  const own = words.patientPage;

  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a patient has four views, and the chosen one stays @slow', async ({ page }) => {
      test.slow();
      await register(page, words);
      const { id, rows } = await predict(page, 'cox-lasso');
      const row = typicalRow(rows);
      await page.goto(`/#/predictions/${id}/patients/${row.row}`);
      await expect(tab(page, words, 'words')).toHaveAttribute('aria-selected', 'true');
      const panel = page.getByRole('tabpanel');
      const expectEstimate = async () => {
        await expect(panel).toContainText(own.expected(estimateText(row.years, 8, words)));
        await expect(panel).toContainText(words.interval.estimate.notLifeExpectancy(8));
        await expect(panel).toContainText(intervalText(row, 8, words));
      };
      await expect(panel).toContainText(own.frame(5, aliveAt(row, 5)));
      await expectEstimate();
      await expect(page.getByText(own.udca)).toBeVisible();
      await expect(page.getByText(own.otherTrial)).toBeVisible();
      await expect(page.getByText(own.madeFrom.study)).toBeVisible();
      await inspect(page, `${code}-patient-words`);

      await tab(page, words, 'words').focus();
      await page.keyboard.press('ArrowRight');
      await expect(tab(page, words, 'people')).toBeFocused();
      await expect(panel.getByRole('img')).toHaveAccessibleName(own.frame(5, aliveAt(row, 5)));
      await page.getByLabel(own.inYears(3)).check();
      await expect(panel.getByRole('status')).toHaveText(own.frame(3, aliveAt(row, 3)));
      const picture = panel.getByRole('img');
      await expect(picture.locator('.person-alive')).toHaveCount(aliveAt(row, 3));
      await expect(picture.locator('.person-died')).toHaveCount(100 - aliveAt(row, 3));
      await expect(panel.getByRole('radio')).toHaveCount(4);
      await expectEstimate();
      await inspect(page, `${code}-patient-people`);

      await page.keyboard.press('Tab');
      await tab(page, words, 'people').focus();
      await page.keyboard.press('End');
      await expect(panel.getByRole('table').first()).toContainText(
        words.format.percent(row.survival[0]?.probability ?? 0),
      );
      await expect(
        panel.getByRole('table', { name: words.result.contributions }).getByRole('row'),
      ).toHaveCount(row.contributions.length + 3);
      await expectEstimate();
      await inspect(page, `${code}-patient-table`);

      await page.reload();
      await expect(tab(page, words, 'table')).toHaveAttribute('aria-selected', 'true');
      const neighbour = page.getByRole('link', { name: words.plots.patient.next });
      await neighbour
        .or(page.getByRole('link', { name: words.plots.patient.previous }))
        .first()
        .click();
      await expect(tab(page, words, 'table')).toHaveAttribute('aria-selected', 'true');
      await page.goBack();
      await expect(tab(page, words, 'table')).toHaveAttribute('aria-selected', 'true');
      await tab(page, words, 'table').focus();
      await page.keyboard.press('ArrowLeft');
      await expect(tab(page, words, 'curve')).toBeFocused();
      await expect(panel.locator('.plot-line')).toBeVisible();
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowRight');
      await expect(tab(page, words, 'words')).toBeFocused();
      await expect(page.getByRole('heading', { name: words.result.contributions })).toBeVisible();
    });

    test('a model without a curve says why, and which models have one @slow', async ({ page }) => {
      await register(page, words);
      const { id } = await predict(page, 'lasso');
      const { models } = await (await page.request.get('/api/models')).json();
      const cox = models.find((model: { id: string }) => model.id === 'cox-lasso');
      await page.goto(`/#/predictions/${id}/patients/1`);
      const panel = page.getByRole('tabpanel');
      for (const view of ['people', 'curve', 'table'] as const) {
        await tab(page, words, view).click();
        await expect(panel).toContainText(own.noCurve);
        await expect(panel).toContainText(cox.title[code]);
      }
      await expect(panel.getByRole('table', { name: words.result.contributions })).toBeVisible();
      await inspect(page, `${code}-patient-no-curve`);
    });

    test('the summary is copied, or shown if the browser forbids it @slow', async ({
      page,
      context,
    }) => {
      await register(page, words);
      const { id, rows } = await predict(page, 'cox-lasso');
      const row = typicalRow(rows);
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.goto(`/#/predictions/${id}/patients/${row.row}`);
      await page.getByRole('button', { name: own.copy }).click();
      await expect(page.getByRole('status').filter({ hasText: own.copied })).toBeVisible();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      for (const line of [
        own.expected(estimateText(row.years, 8, words)),
        own.frame(8, aliveAt(row, 8)),
        own.udca,
        own.madeFrom.study,
      ])
        expect(copied).toContain(line);

      await page.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
      });
      await page.getByRole('button', { name: own.copy }).click();
      await expect(page.getByRole('status').filter({ hasText: own.notCopied })).toBeVisible();
      const field = page.getByRole('textbox', { name: own.summary.label });
      await expect(field).toHaveValue(copied.replaceAll('\r\n', '\n'));
      await inspect(page, `${code}-patient-not-copied`);
    });

    test('the print of a patient is a report on one sheet @slow', async ({ page }) => {
      test.slow();
      await register(page, words);
      for (const model of ['cox-lasso', 'mayo']) {
        const { id, rows } = await predict(page, model);
        const row = typicalRow(rows);
        await page.goto(`/#/predictions/${id}/patients/${row.row}`);
        for (const view of ['words', 'people', 'curve', 'table'] as const) {
          await tab(page, words, view).click();
          const pdf = await page.pdf({ preferCSSPageSize: true });
          expect(sheets(pdf), `${model}, ${view}`).toBe(1);
          // A4 in points.
          expect(pdf.toString('latin1')).toMatch(/\/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]/);
        }
        // A comparison with an earlier calculation is not on the report.
        await page.goto(`/#/predictions/${id}/patients/${row.row}/before/${id}/1`);
        await expect(
          page.getByRole('heading', { name: words.values.compared.title }),
        ).toBeVisible();
        expect(sheets(await page.pdf({ preferCSSPageSize: true })), `${model}, before`).toBe(1);
        const notGiven = page.getByRole('row').filter({ hasText: words.values.entered.notGiven });
        for (const effect of Object.values(words.values.entered.effects))
          await expect(notGiven.filter({ hasText: effect })).toHaveCount(0);
        await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
        await page.emulateMedia({ media: 'print' });
        await expect(page.getByText(id)).toBeVisible();
        await expect(page.getByText(words.values.entered.hint)).toBeVisible();
        await expect(page.getByText(own.udca)).toBeVisible();
        await expect(page.getByRole('table', { name: words.values.entered.title })).toBeVisible();
        await expect(
          page.getByRole('table').filter({ hasText: words.result.survivalProbability }),
        ).toBeVisible();
        await expect(page.getByRole('img', { name: own.frame(5, aliveAt(row, 5)) })).toBeVisible();
        await expect(page.getByRole('tab')).toHaveCount(0);
        // biome-ignore lint/performance/useDomNodeTextContent: only what is printed counts.
        const printed = await page.locator('body').innerText();
        expect(printed).toContain(own.frame(5, aliveAt(row, 5)));
        expect(printed).toContain(words.shell.disclaimer);
        expect(printed).not.toMatch(/coin|монет/i);
        await page.emulateMedia({ media: null });
        await page.evaluate(() => dispatchEvent(new Event('afterprint')));
      }
    });

    test('the report of a very ill patient fits on one sheet too, and no text is cut @slow', async ({
      page,
    }) => {
      await register(page, words);
      for (const [model, content] of Object.entries(EXTREME_PATIENTS)) {
        const { id } = await predict(page, model, content);
        await page.goto(`/#/predictions/${id}/patients/1`);
        for (const view of ['words', 'curve', 'table'] as const) {
          await tab(page, words, view).click();
          const pdf = await page.pdf({ preferCSSPageSize: true });
          expect(sheets(pdf), `${model}, ${view}`).toBe(1);
        }
        // The width of A4 without the margins, in pixels.
        await page.setViewportSize({ width: 718, height: 1000 });
        await page.emulateMedia({ media: 'print' });
        const cut = await page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>('.patient-page :is(td, th, p, li, dt, dd)')]
            .filter((cell) => cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth > 0)
            .map((cell) => cell.textContent),
        );
        expect(cut, model).toEqual([]);
        await page.emulateMedia({ media: null });
        await page.setViewportSize({ width: 1280, height: 800 });
      }
    });

    test('the result warns of its old data, and its print has letters of one size @slow', async ({
      page,
    }) => {
      await register(page, words);
      const { id } = await predict(page, 'lasso');
      await page.goto(`/#/predictions/${id}`);
      await expect(page.getByText(own.udca)).toBeVisible();
      const histogram = page.getByRole('figure', { name: words.plots.cohort.histogram });
      await expect(histogram.locator('svg').first()).toBeVisible();
      await page.setViewportSize({ width: 720, height: 1000 });
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      await page.emulateMedia({ media: 'print' });
      await expect(page.getByText(own.udca)).toBeVisible();
      const scale = await histogram
        .locator('svg')
        .first()
        .evaluate((plot) => {
          const drawn = Number(plot.getAttribute('viewBox')?.split(' ')[2]);
          return plot.getBoundingClientRect().width / drawn;
        });
      expect(scale).toBeLessThan(1.1);
    });
  });
}

const { words } = LANGUAGES[0];

test('a view that could not be loaded is loaded when tried again @slow', async ({ page }) => {
  await register(page, words);
  const { id } = await predict(page, 'mayo');
  await page.route('**/assets/MoreViews-*.js', (route) => route.abort('connectionfailed'));
  await page.goto(`/#/predictions/${id}/patients/1`);
  await tab(page, words, 'table').click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(words.patientPage.viewNotLoaded);
  await page.unroute('**/assets/MoreViews-*.js');
  await alert.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(
    page.getByRole('tabpanel').getByRole('table', { name: words.result.contributions }),
  ).toBeVisible();
});
