// A result with skipped patients: who has an estimate, and what the numbers mean.

import {
  chooseFile,
  expect,
  inspect,
  LANGUAGES,
  register,
  sampleText,
  start,
  test,
} from './support';

/** Return the sample with a word in place of two patients' bilirubin. */
function withTwoErrors(sample: string): string {
  const [header = '', ...patients] = sample.trim().split('\n');
  const bilirubin = header.split(',').findIndex((name) => name.startsWith('Bilirubin'));
  const lines = patients.map((line, index) => {
    const cells = line.split(',');
    if (index === 2 || index === 6) cells[bilirubin] = 'high';
    return cells.join(',');
  });
  return `${[header, ...lines].join('\n')}\n`;
}

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('skipped patients are not counted as predicted, and shares sum to 100%', async ({
      page,
    }) => {
      await register(page, words);
      await chooseFile(page, words, withTwoErrors(await sampleText(page)));
      await expect(page.getByText(words.check.someBad(2, 10))).toBeVisible();
      await expect(page.getByText(words.check.previewCaption(6, 10, false))).toBeVisible();
      await page.getByLabel(words.check.skip(2, 8)).check();
      await start(page, words);

      const figure = (name: string) => page.locator('.figures > div').filter({ hasText: name });
      await expect(figure(words.result.summaryPredicted)).toContainText('8');
      await expect(figure(words.result.summarySkipped)).toContainText('2');
      await expect(page.getByText(words.interval.estimate.notLifeExpectancy(8))).toBeVisible();

      const groups = page.getByRole('table', { name: words.plots.cohort.strata });
      const shares = groups.locator(`td[data-label="${words.plots.cohort.share}"]`);
      await expect(shares).toHaveCount(4);
      const percents = (await shares.allTextContents()).map((share) => Number.parseInt(share, 10));
      expect(percents.reduce((sum, percent) => sum + percent)).toBe(100);
    });

    test('a skipped patient is found by ID, and has a link @slow', async ({ page }) => {
      await register(page, words);
      const sample = withTwoErrors(await sampleText(page));
      const [id = ''] = sample.split('\n')[3]?.split(',') ?? [];
      await chooseFile(page, words, sample);
      await page.getByLabel(words.check.skip(2, 8)).check();
      await start(page, words);
      const link = page.getByRole('link', { name: words.result.patient(3, id), exact: true });
      await expect(link).toHaveCount(1);
      await page.getByLabel(words.result.filter).fill(id);
      // Once beside the search, and once in the table of the skipped patients.
      await expect(link).toHaveCount(2);
      await expect(page.getByText(words.result.skippedMatching)).toBeVisible();
      await inspect(page, `${code}-skipped-found`);
      await link.first().click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(
        words.plots.patient.title(3, id),
      );
      await expect(page.getByText(words.plots.patient.skipped)).toBeVisible();
    });
  });
}
