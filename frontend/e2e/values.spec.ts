import type { Page } from '@playwright/test';
import type { Row } from '../src/api/types';
import { estimateText } from '../src/lib/interval';
import {
  chooseFile,
  chooseModel,
  expect,
  inspect,
  LANGUAGES,
  patientRows,
  register,
  sampleText,
  start,
  startButton,
  test,
  type Words,
} from './support';

// The values of a patient: kept beside the result, changed, and followed by the published score.

const TITLES = {
  en: { bilirubin: 'Bilirubin', albumin: 'Albumin', prothrombin: 'Prothrombin time' },
  ru: {
    bilirubin: 'Билирубин общий',
    albumin: 'Альбумин',
    prothrombin: 'Протромбиновое время',
  },
};

function label(words: Words, key: 'labels' | 'values', name: string): string {
  return words.patient[key][name] ?? name;
}

async function fillForm(page: Page, words: Words, titles: (typeof TITLES)['en']): Promise<void> {
  await page.getByRole('radio', { name: words.patient.inputModes.form }).check();
  await page.getByLabel(words.patient.systems.conventional).check();
  await page.getByRole('textbox', { name: label(words, 'labels', 'Age') }).fill('56.5');
  await page.getByLabel(titles.bilirubin).fill('17.2');
  await page.getByLabel(titles.albumin).fill('3.5');
  await page.getByLabel(titles.prothrombin).fill('10.6');
  await page.getByLabel(label(words, 'values', 'Edema.N')).check();
}

/** Return the row of the patient whose page is open, as the API sends it. */
async function rowOf(page: Page): Promise<Row> {
  const id = /predictions\/([0-9a-f]+)/.exec(page.url())?.[1];
  const token = await page.evaluate(() => sessionStorage.getItem('token'));
  const headers = { authorization: `Bearer ${token}` };
  const response = await page.request.get(`/api/predict/${id}/rows`, { headers });
  return (await response.json()).rows[0];
}

function enteredValues(page: Page, words: Words) {
  return page.getByRole('table', { name: words.values.entered.title });
}

for (const { code, locale, words } of LANGUAGES) {
  const titles = TITLES[code];
  const { number } = words.format;

  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a patient by form opens their page with the values, and changed values are compared @slow', async ({
      page,
    }) => {
      test.slow();
      await register(page, words);
      await fillForm(page, words, titles);
      const live = page.getByRole('region', { name: words.values.live.title });
      await expect(live.getByRole('img')).toBeVisible();
      const score = await live.getByRole('definition').first().textContent();
      await chooseModel(page, 'mayo');
      await page.getByRole('button', { name: words.submission.submit(20) }).click();

      // The page of the patient takes the place of the prediction.
      await expect(enteredValues(page, words)).toBeVisible();
      const before = await rowOf(page);
      expect(score).toBe(words.format.hundredth(before.mayo_score ?? 0));
      const bilirubin = enteredValues(page, words).getByRole('row', { name: titles.bilirubin });
      await expect(bilirubin).toContainText(`${number(17.2)}\u00a0${words.patient.unit('mg/dL')}`);
      await expect(bilirubin).toContainText(words.values.entered.effects.worse);
      await inspect(page, `${code}-entered-values`);
      await page.emulateMedia({ media: 'print' });
      await expect(bilirubin).toBeVisible();
      await expect(page.getByRole('button', { name: words.values.entered.change })).toBeHidden();
      await page.emulateMedia({ media: 'screen' });
      const address = page.url();
      await page.goBack();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.submission.title);
      await page.goForward();
      await expect(page).toHaveURL(address);

      await page.getByRole('button', { name: words.values.entered.change }).click();
      await expect(page.getByLabel(titles.bilirubin)).toHaveValue(number(17.2));
      await expect(
        page.getByRole('radio', { name: label(words, 'values', 'Edema.N') }),
      ).toBeChecked();
      await page.getByLabel(titles.bilirubin).fill(number(1.4));
      await page.getByRole('button', { name: words.submission.submit(20) }).click();
      const compared = page.getByRole('table', { name: words.values.compared.caption });
      await expect(compared.getByRole('row', { name: titles.bilirubin })).toContainText(
        new RegExp(`${number(17.2)}.*${number(1.4)}`),
      );
      const estimates = compared.getByRole('row', { name: words.values.compared.estimate });
      const now = await rowOf(page);
      expect(now.years).toBeGreaterThan(before.years + 1);
      const texts = [before, now].map(({ years }) => estimateText(years, 7, words));
      await expect(estimates.getByRole('cell')).toHaveText(texts);
      await expect(page.getByText(words.shell.balance(460))).toBeVisible();
      await inspect(page, `${code}-before-and-now`);
      await page.reload();
      await expect(estimates.getByRole('cell')).toHaveText(texts);
      await page.getByRole('link', { name: words.values.compared.openBefore }).click();
      await expect(page).toHaveURL(address);
    });

    test('values that are not to be kept are not shown @slow', async ({ page }) => {
      await register(page, words);
      await chooseFile(page, words, await sampleText(page));
      await page.getByLabel(words.values.keeping.dontKeep).check();
      await start(page, words);
      await patientRows(page, words).first().getByRole('button').click();
      await page.locator('.patient-link a').first().click();
      await expect(page.getByRole('heading', { name: words.result.contributions })).toBeVisible();
      await expect(enteredValues(page, words)).toHaveCount(0);
    });

    test('a change of units says what it converts, and the numbers can stay as typed @slow', async ({
      page,
    }) => {
      await register(page, words);
      await fillForm(page, words, titles);
      await page.getByLabel(titles.bilirubin).fill('12');
      await page.getByLabel(words.patient.systems.si).check();
      await expect(page.getByLabel(titles.bilirubin)).toHaveValue('205');
      const status = page.getByRole('status');
      const converted = `12\u00a0${words.patient.unit('mg/dL')} = 205\u00a0${words.patient.unit('umol/L')}`;
      await expect(status.filter({ hasText: converted })).toBeVisible();
      await page.getByRole('button', { name: words.values.conversion.keep }).click();
      await expect(page.getByLabel(titles.bilirubin)).toHaveValue('12');
      await expect(page.getByText(words.values.conversion.kept)).toBeFocused();
      await expect(page.getByLabel(titles.albumin)).toHaveAttribute('aria-invalid', 'true');
      await inspect(page, `${code}-kept-numbers`);
    });

    test('the score names what it needs, and a rejected start leads to the wrong fields @slow', async ({
      page,
    }) => {
      await register(page, words);
      await page.getByRole('radio', { name: words.patient.inputModes.form }).check();
      await page.getByLabel(titles.albumin).fill('99');
      const live = page.getByRole('region', { name: words.values.live.title });
      await expect(live).toContainText(titles.bilirubin);
      await expect(live.getByRole('img')).toHaveCount(0);
      await chooseModel(page, 'lasso');
      await startButton(page, words).click();
      const summary = page.getByRole('navigation', { name: words.values.summary.title(5) });
      await summary.getByRole('button', { name: titles.prothrombin }).click();
      await expect(page.getByLabel(titles.prothrombin)).toBeFocused();
      await inspect(page, `${code}-wrong-fields`);
    });

    test('closing the page with typed values asks first, and after the submission it does not', async ({
      page,
    }) => {
      await register(page, words);
      const asks = () =>
        page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
      expect(await asks()).toBe(false);
      await fillForm(page, words, titles);
      expect(await asks()).toBe(true);
      await chooseModel(page, 'lasso');
      await startButton(page, words).click();
      await expect(enteredValues(page, words)).toBeVisible();
      expect(await asks()).toBe(false);
    });
  });
}
