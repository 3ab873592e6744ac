import type { Page } from '@playwright/test';
import { pageProblem } from '../src/api/problem';
import type { Cohort, CurveCard, Row } from '../src/api/types';
import { survivalAt } from '../src/lib/curve';
import { estimateText, intervalText } from '../src/lib/interval';
import { contributionTotal } from '../src/lib/patientRow';
import {
  chooseFile,
  chooseModel,
  expect,
  inspect,
  inspectInBoth,
  LANGUAGES,
  patientRows,
  register,
  test,
} from './support';

// Results: the overview with its plots, the patient's page, and printing.

/** The horizon of the model `cox-lasso`. */
const HORIZON_YEARS = 8;

type Words = (typeof LANGUAGES)[number]['words'];

/** Make a prediction through the page, and return the address of the result. */
async function predict(
  page: Page,
  words: Words,
  { model, content, name }: { model: string; content: string; name: string },
): Promise<string> {
  await page.goto('/#/new');
  await chooseFile(page, words, content, name);
  await chooseModel(page, model);
  await page.locator('form button[type="submit"]').click();
  await expect(page.getByRole('heading', { name: words.prediction.title(name) })).toBeVisible();
  await expect(page.getByRole('table', { name: words.result.tableCaption })).toBeVisible();
  return page.url().replace(/^.*\/#/, '/#');
}

async function sample(page: Page, name: string): Promise<string> {
  const response = await page.request.get(`/samples/${name}`);
  expect(response.ok()).toBe(true);
  return response.text();
}

/** Request a document of the API with the token of the page. */
async function fetchJson<Data>(page: Page, path: string): Promise<Data> {
  const token = await page.evaluate(() => sessionStorage.getItem('token'));
  const response = await page.request.get(path, { headers: { authorization: `Bearer ${token}` } });
  expect(response.ok()).toBe(true);
  return response.json();
}

async function chooseCurve(page: Page, words: Words): Promise<void> {
  await page.getByRole('tab', { name: words.patientPage.views.curve }).click();
}

function idOf(address: string): string {
  return address.split('/').at(-1) ?? '';
}

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('the patient page shows estimate, curve and values, and links to the neighbours @slow', async ({
      page,
    }) => {
      await register(page, words);
      const content = await sample(page, 'patients-10.csv');
      const name = 'patients-10.csv';
      const address = await predict(page, words, { model: 'cox-lasso', content, name });
      const { rows } = await fetchJson<{ rows: Row[] }>(
        page,
        `/api/predict/${idOf(address)}/rows?limit=10`,
      );
      const [first, second] = rows;
      if (!first || !second) throw new Error('the sample should have ten patients');

      await patientRows(page, words).first().getByRole('button').click();
      await page.getByRole('link', { name: words.plots.patient.open }).click();
      const title = page.getByRole('heading', { level: 1 });
      await expect(title).toHaveText(words.plots.patient.title(1, first.id));
      await expect(title).toBeFocused();
      // The browser's history keeps the document's title, so it must not have the ID.
      const documentTitle = words.plots.patient.title(1, null);
      await expect(page).toHaveTitle(`${documentTitle} · ${words.shell.product}`);
      const estimate = estimateText(first.years, HORIZON_YEARS, words);
      await expect(page.getByText(words.patientPage.expected(estimate))).toBeVisible();
      await chooseCurve(page, words);
      const plot = page.getByRole('img', { name: alternativeOf(words, first) });
      await expect(plot).toBeVisible();
      const card = await fetchJson<CurveCard>(page, '/api/models/cox-lasso');
      for (const row of rows) {
        for (const { years, probability } of row.survival)
          expect(survivalAt(years, contributionTotal(row), card)).toBeCloseTo(probability, 5);
      }
      await expect(plot.locator('.plot-line')).toBeVisible();
      await expect(plot.locator('.plot-point')).toHaveCount(1 + first.survival.length);
      for (const { probability } of first.survival) {
        await expect(plot).toHaveAccessibleName(
          new RegExp(escaped(words.format.percent(probability))),
        );
      }
      await page.locator('summary').filter({ hasText: words.plots.curve.valuesTable }).click();
      const figures = page
        .getByRole('table')
        .filter({ has: page.getByRole('columnheader', { name: words.result.survivalTime }) });
      await expect(figures.getByRole('row')).toHaveCount(1 + first.survival.length);
      for (const { years, probability } of first.survival) {
        await expect(
          figures.getByRole('row').filter({
            has: page.getByRole('rowheader', {
              name: words.result.survivalYears(years),
              exact: true,
            }),
          }),
        ).toContainText(words.format.percent(probability));
      }
      await inspect(page, `${code}-patient`);

      await expect(page.getByRole('link', { name: words.plots.patient.previous })).toHaveCount(0);
      await page.getByRole('link', { name: words.plots.patient.next }).click();
      await expect(title).toHaveText(words.plots.patient.title(2, second.id));
      await expect(page.getByRole('img', { name: alternativeOf(words, second) })).toBeVisible();
      await page.getByRole('link', { name: words.plots.patient.previous }).click();
      await expect(page.getByRole('img', { name: alternativeOf(words, first) })).toBeVisible();

      await page.goto('about:blank');
      await page.goto(`${address}/patients/10`);
      await expect(title).toHaveText(words.plots.patient.title(10, rows[9]?.id ?? null));
      await expect(page.getByRole('link', { name: words.plots.patient.next })).toHaveCount(0);
      await page.goto(`${address}/patients/11`);
      await expect(page.getByText(words.plots.patient.noSuchRow(11, 10))).toBeVisible();
      await inspect(page, `${code}-patient-none`);
      await page.getByRole('link', { name: words.plots.patient.back }).click();
      await expect(patientRows(page, words)).toHaveCount(10);
    });

    test('a result has an overview, and its print has every patient @slow', async ({ page }) => {
      await register(page, words);
      const content = await sample(page, 'pbc-418.csv');
      const name = 'pbc-418.csv';
      const address = await predict(page, words, { model: 'cox-lasso', content, name });
      const cohort = await fetchJson<Cohort>(page, `/api/predict/${idOf(address)}/cohort`);
      expect(cohort.counts.reduce((total, count) => total + count, 0)).toBe(418);

      const strata = page.getByRole('table', { name: words.plots.cohort.strata });
      await expect(strata).toBeVisible();
      const counts = await strata.locator('tbody td:nth-child(2)').allTextContents();
      expect(counts).toHaveLength(4);
      expect(counts.map(Number).reduce((total, count) => total + count)).toBe(418);
      const histogram = page.getByRole('group', { name: words.format.count(418, PATIENTS[code]) });
      await expect(histogram).toBeVisible();
      // An empty bin has no bar.
      await expect(histogram.getByRole('button')).toHaveCount(cohort.counts.filter(Boolean).length);
      const curves = page.getByRole('figure', { name: words.plots.cohort.curves });
      await expect(curves.getByRole('img')).toHaveAccessibleName(
        new RegExp(escaped(words.tableFilter.range(0, 2))),
      );
      await expect(curves.locator('.plot-line')).toHaveCount(4);
      await expect(curves.locator('.plot-point')).toHaveCount(0);
      await expect(page.getByText(words.plots.cohort.curvesGuide)).toHaveCount(0);
      await curves.locator('summary').click();
      await expect(curves.getByRole('columnheader')).toHaveCount(1 + 4);
      await expect(
        curves.getByRole('columnheader', { name: words.tableFilter.range(6, null) }),
      ).toBeVisible();
      await inspect(page, `${code}-cohort`);

      await expect(patientRows(page, words)).toHaveCount(100);
      await page.evaluate(() => {
        window.print = () => {
          dispatchEvent(new Event('beforeprint'));
        };
      });
      await page.getByRole('button', { name: words.result.print }).click();
      const tableRows = page
        .getByRole('table', { name: words.result.tableCaption })
        .locator('tbody tr');
      await expect(tableRows).toHaveCount(418);
      const { cost, duration } = words.prediction;
      await expect(page.getByText(`${cost}:`)).toBeVisible();
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await expect(page.getByRole('button', { name: words.result.print })).toBeHidden();
      for (const fact of [cost, duration]) await expect(page.getByText(`${fact}:`)).toBeHidden();
      const disclaimer = await page.getByText(words.shell.disclaimer).boundingBox();
      const title = await page.getByRole('heading', { level: 1 }).boundingBox();
      expect(disclaimer?.y).toBeLessThan(title?.y ?? 0);
      await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(255, 255, 255)');
      await page.evaluate(() => dispatchEvent(new Event('afterprint')));
      await expect(tableRows).toHaveCount(100);
    });

    test('the page of a skipped patient shows why, and a result of one patient has no overview @slow', async ({
      page,
    }) => {
      await register(page, words);
      const header = 'ID,Age,Bilirubin,Albumin,Prothrombin,Edema';
      const content = [header, 'a,21464,1.4,3.5,12.2,N', 'b,21464,high,3.5,12.2,N'].join('\n');
      await page.goto('/#/new');
      await chooseFile(page, words, content, 'two.csv');
      await chooseModel(page, 'lasso');
      await page.getByLabel(words.check.skip(1, 1)).check();
      await page.locator('form button[type="submit"]').click();
      await expect(patientRows(page, words)).toHaveCount(1);
      await expect(page.getByText(words.plots.cohort.title)).toHaveCount(0);

      await patientRows(page, words).first().getByRole('button').click();
      await page.getByRole('link', { name: words.plots.patient.open }).click();
      await expect(page.getByRole('heading', { name: words.result.contributions })).toBeVisible();
      await expect(page.getByRole('img')).toHaveCount(0);
      await page.getByRole('link', { name: words.plots.patient.next }).click();
      await expect(page.getByRole('heading', { level: 2 })).toHaveText(words.plots.patient.skipped);
      await expect(page.getByRole('table', { name: words.problems.findingsCaption })).toContainText(
        'high',
      );
      await expect(page.getByRole('link', { name: words.comparison.link })).toHaveCount(0);
      await inspect(page, `${code}-patient-skipped`);
    });
  });
}

const { words } = LANGUAGES[0];

test('loading the overview can be tried again after a failure @slow', async ({ page }) => {
  await register(page, words);
  let requests = 0;
  await page.route('**/api/predict/*/cohort', (route) => {
    requests += 1;
    const failure = { code: 'internal_error', request_id: 'r-42' };
    return requests === 1 ? route.fulfill({ status: 500, json: failure }) : route.continue();
  });
  const content = await sample(page, 'patients-10.csv');
  await predict(page, words, { model: 'lasso', content, name: 'patients.csv' });
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(
    words.problems.sentences.internal_error(pageProblem('internal_error')),
  );
  await expect(alert).toContainText('r-42');
  await inspectInBoth(page, 'cohort-failed');
  await alert.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(page.getByRole('table', { name: words.plots.cohort.strata })).toBeVisible();
  // This model has no curve.
  await expect(page.getByText(words.plots.cohort.curves)).toHaveCount(0);
});

test('a curve has a band only if every point has one @slow', async ({ page }) => {
  await register(page, words);
  const content = await sample(page, 'patients-10.csv');
  const address = await predict(page, words, { model: 'cox-lasso', content, name: 'patients.csv' });
  await page.goto(`${address}/patients/3`);
  await chooseCurve(page, words);
  await expect(page.locator('.plot-band')).toBeVisible();
  await expect(page.getByText(words.plots.curve.bandHint(0.8, 1))).toBeVisible();
  await page.locator('summary').filter({ hasText: words.plots.curve.valuesTable }).click();
  await expect(page.getByRole('columnheader', { name: words.plots.curve.band })).toBeVisible();
  await inspectInBoth(page, 'patient-band');
  await page.route('**/api/predict/*/rows?**', async (route) => {
    const rowPage = await (await route.fetch()).json();
    rowPage.rows[0].survival[1].upper = null;
    return route.fulfill({ json: rowPage });
  });
  await page.getByRole('link', { name: words.plots.patient.next }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/./);
  await expect(page.locator('.plot-line')).toBeVisible();
  await expect(page.locator('.plot-band')).toHaveCount(0);
});

test('a curve of another version, or without its card, shows only the known points @slow', async ({
  page,
}) => {
  await register(page, words);
  const content = await sample(page, 'patients-10.csv');
  await page.route('**/api/models/cox-lasso', async (route) => {
    const card = await (await route.fetch()).json();
    return route.fulfill({ json: { ...card, version: '0.1.0' } });
  });
  const address = await predict(page, words, { model: 'cox-lasso', content, name: 'patients.csv' });
  await expect(page.getByText(words.plots.cohort.curvesGuide)).toBeVisible();
  await expect(page.locator('.plot-guide').first()).toBeVisible();
  await inspectInBoth(page, 'cohort-points');
  await page.goto(`${address}/patients/3`);
  await chooseCurve(page, words);
  await expect(page.getByText(words.plots.curve.otherVersion)).toBeVisible();
  await expect(page.getByText(words.plots.curve.barsHint(0.8))).toBeVisible();
  await expect(page.locator('.plot-bars')).toHaveCount(1 + 5);
  await expect(page.locator('.plot-point')).toHaveCount(1 + 5);
  await expect(page.locator('.plot-line')).toHaveCount(0);
  await inspectInBoth(page, 'patient-points');

  await page.unroute('**/api/models/cox-lasso');
  await page.route('**/api/models/cox-lasso', (route) => route.abort('connectionfailed'));
  await page.reload();
  await expect(page.getByText(words.plots.curve.notLoaded)).toBeVisible();
  await expect(page.locator('.plot-bars')).toHaveCount(1 + 5);
  await page.unroute('**/api/models/cox-lasso');
  await page.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(page.locator('.plot-line')).toBeVisible();
  await expect(page.locator('.plot-bars')).toHaveCount(0);
  await page.getByRole('link', { name: words.plots.patient.back }).click();
  await expect(patientRows(page, words)).toHaveCount(10);
  await expect(page.locator('.stratum .plot-line').first()).toBeVisible();
  await expect(page.getByText(words.plots.cohort.curvesGuide)).toHaveCount(0);
});

test('an older result shows only what it has, and a large one prints the lowest estimates @slow', async ({
  page,
}) => {
  await register(page, words);
  const content = await sample(page, 'patients-10.csv');
  const address = await predict(page, words, { model: 'mayo', content, name: 'patients.csv' });
  const TOTAL = 1_000_000;
  await page.route('**/api/predict/*/cohort', async (route) => {
    const { edges, counts, summary, sickest } = await (await route.fetch()).json();
    const scaledCounts = counts.map((count: number) => (count * TOTAL) / 10);
    const lowestEstimates = Array.from({ length: 1000 }, (_, index) => ({
      ...sickest[0],
      row: 2000 + index,
      id: `S${index}`,
      years: index / 2000,
    }));
    return route.fulfill({
      json: { edges, counts: scaledCounts, summary, sickest: lowestEstimates },
    });
  });
  await page.route(/api\/predict\/[0-9a-f]+$/, async (route) => {
    const prediction = await (await route.fetch()).json();
    return route.fulfill({ json: { ...prediction, rows: TOTAL } });
  });
  await page.goto('about:blank');
  await page.goto(address);
  const strata = page.getByRole('table', { name: words.plots.cohort.strata });
  await expect(strata.getByRole('columnheader')).toHaveCount(3);
  await expect(page.getByText(words.plots.cohort.curves)).toHaveCount(0);
  await inspectInBoth(page, 'cohort-large');
  await expect(patientRows(page, words)).toHaveCount(100);
  await expect(patientRows(page, words).first()).toContainText('S0');
  await page.getByLabel(words.large.fileOrder).check();
  await expect(patientRows(page, words)).toHaveCount(10);
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await expect(page.getByText(words.plots.printing.lowestEstimates(1000, TOTAL))).toBeVisible();
  const tableRows = page
    .getByRole('table', { name: words.result.tableCaption })
    .locator('tbody tr');
  await expect(tableRows).toHaveCount(1000);
  await expect(tableRows.first()).toContainText('S0');
});

test('printing with the browser includes every patient @slow', async ({ page }) => {
  await register(page, words);
  const content = await sample(page, 'pbc-418.csv');
  await predict(page, words, { model: 'lasso', content, name: 'pbc-418.csv' });
  await expect(patientRows(page, words)).toHaveCount(100);
  await page.evaluate(() => {
    addEventListener('beforeprint', () => {
      const rows = document.querySelectorAll('.results tbody tr').length;
      document.body.dataset['printed'] = String(rows);
    });
  });
  await page.pdf({ format: 'A4' });
  await expect(page.locator('body')).toHaveAttribute('data-printed', '418');
  await expect(patientRows(page, words)).toHaveCount(100);
});

function alternativeOf(words: Words, row: Row): string {
  return words.plots.curve.altText(row.survival, intervalText(row, HORIZON_YEARS, words));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The plural forms in "of 418 patients". */
const PATIENTS = {
  en: { one: 'patient', other: 'patients' },
  ru: { one: 'пациента', few: 'пациентов', many: 'пациентов', other: 'пациента' },
} as const;

test('going back from a patient’s page shows the same rows of the table @slow', async ({
  page,
}) => {
  await register(page, words);
  const content = await sample(page, 'pbc-418.csv');
  await predict(page, words, { model: 'lasso', content, name: 'pbc-418.csv' });
  await page.getByRole('button', { name: words.result.next }).click();
  await expect(page.getByText(words.result.page(2, 5))).toBeVisible();
  const row = patientRows(page, words).nth(60);
  const name = (await row.getByRole('button').getAttribute('aria-label')) ?? '';
  await row.getByRole('button').click();
  await page.getByRole('link', { name: words.plots.patient.open }).click();
  await expect(page.getByRole('link', { name: words.plots.patient.back })).toBeVisible();
  await page.goBack();
  await expect(page.getByText(words.result.page(2, 5))).toBeVisible();
  await expect(page.getByRole('button', { name, exact: true })).toBeInViewport();
});
