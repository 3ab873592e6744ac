import { readFileSync } from 'node:fs';
import {
  chooseFile,
  chooseModel,
  expect,
  inspectInBoth,
  LANGUAGES,
  type Page,
  patientRows,
  register,
  start,
  startButton,
  test,
  type Words,
} from './support';
import { workbook } from './workbook';

// Files as clinics have them: own headings, codes and units, and Excel workbooks.

const [english, russian] = LANGUAGES;
const { words } = english;

/** Own headings, and answers coded as 1 = yes and 2 = no. */
const CODED = [
  'Fall;Alter;Bilirubine totale;Alb;TP;Oedema;Ascites',
  'p1;55;1.9;3.6;10.4;N;2',
  'p2;64;3.7;3.1;11.6;S;2',
  'p3;43;9.8;2.7;12.8;Y;1',
].join('\n');
const IN_SI = [
  'ID,Age,Edema,Bilirubin,Albumin,Prothrombin',
  'p1,20100,N,9,3.6,10.4',
  'p2,23700,S,21,3.1,11.6',
  'p3,15800,Y,180,2.7,12.8',
].join('\n');

async function chooseMeaning(page: Page, header: string, column: string): Promise<void> {
  await page.getByLabel(words.reading.meaningOf(header)).selectOption(column);
}

async function chooseHeadings(page: Page): Promise<void> {
  await chooseMeaning(page, 'Fall', 'ID');
  await chooseMeaning(page, 'Alter', 'Age');
  await page.getByLabel(words.reading.unitOf('Alter')).selectOption('years');
  await chooseMeaning(page, 'Bilirubine totale', 'Bilirubin');
  await chooseMeaning(page, 'Alb', 'Albumin');
  await chooseMeaning(page, 'TP', 'Prothrombin');
}

test('own headings and coded answers are read as the user says, and only headings are remembered', async ({
  page,
}) => {
  await register(page, words);
  await chooseFile(page, words, CODED, 'ward.csv');
  await expect(page.getByText(words.reading.mappingTitle)).toBeVisible();
  await expect(startButton(page, words)).toBeHidden();
  await chooseHeadings(page);
  await page.getByRole('button', { name: words.reading.apply }).click();

  await expect(page.getByText(words.check.columnsUnclear(3))).toBeVisible();
  await page.getByLabel(words.reading.valueOf('1', 'Ascites')).selectOption('Y');
  await page.getByLabel(words.reading.valueOf('2', 'Ascites')).selectOption('N');
  await page.getByRole('button', { name: words.reading.apply }).click();
  await expect(page.getByText(words.check.good(3))).toBeVisible();
  await start(page, words);
  await expect(patientRows(page, words)).toHaveCount(3);

  const stored = await page.evaluate(() => localStorage.getItem('headings'));
  const headings = JSON.parse(stored ?? '');
  expect(headings).toMatchObject({ Alter: { column: 'Age', unit: 'years' } });
  for (const [header, choice] of Object.entries(headings)) {
    expect(CODED.split('\n')[0]).toContain(header);
    expect(header).not.toBe('Fall');
    expect(Object.keys(choice as object)).toEqual(['column', 'unit']);
  }

  await page.getByRole('link', { name: words.shell.newPrediction }).click();
  await chooseFile(page, words, CODED.replaceAll('Ascites', 'Ward'), 'next.csv');
  await expect(page.getByText(words.check.good(3))).toBeVisible();
  const recalled = page.getByText(words.reading.quote('Alter'), { exact: false }).first();
  await expect(recalled).toBeVisible();
  await page.getByRole('button', { name: words.reading.forget }).click();
  await expect(page.getByText(words.reading.mappingTitle)).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem('headings'))).toBeNull();
});

test('two headings cannot have the same meaning', async ({ page }) => {
  await register(page, words);
  await chooseFile(page, words, CODED, 'ward.csv');
  await chooseMeaning(page, 'Alb', 'Prothrombin');
  await chooseMeaning(page, 'TP', 'Prothrombin');
  await expect(page.getByRole('button', { name: words.reading.apply })).toBeDisabled();
  await chooseMeaning(page, 'Alb', '');
  await expect(page.getByRole('button', { name: words.reading.apply })).toBeEnabled();
});

for (const { code, locale, words: local } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a wrong unit is answered with one click', async ({ page }) => {
      await register(page, local);
      await chooseFile(page, local, IN_SI);
      await chooseModel(page, 'lasso');
      await expect(page.getByText(local.check.columnsUnclear(3))).toBeVisible();
      await expect(startButton(page, local)).toBeDisabled();
      await expect(startButton(page, local)).toHaveAccessibleDescription(
        local.check.blocked.columns,
      );
      await expect(page.getByText(local.check.skipAll)).toBeHidden();
      const answer = local.reading.readIn(local.unit('umol/L'));
      // A choice that is not applied yet survives the answer.
      await page.getByText(local.reading.change).click();
      const unitOfAlbumin = page.getByLabel(local.reading.unitOf('Albumin'));
      await unitOfAlbumin.selectOption('g/L');
      await page.getByRole('button', { name: answer }).click();
      await expect(page.getByText(local.check.good(3))).toBeVisible();
      await expect(page.locator('.check-outcome')).toBeFocused();
      await expect(unitOfAlbumin).toHaveValue('g/L');
      await page.getByRole('button', { name: local.reading.askAgain }).click();
      await expect(page.getByText(local.check.columnsUnclear(3))).toBeVisible();
      await page.getByRole('button', { name: answer }).click();
      await start(page, local);
      await expect(patientRows(page, local)).toHaveCount(3);
    });
  });
}

async function chooseWorkbook(page: Page, local: Words): Promise<void> {
  const rows = IN_SI.split('\n').map((line, row) =>
    line.split(',').map((cell) => (row > 0 && /^[\d.]+$/.test(cell) ? Number(cell) : cell)),
  );
  const header = rows[0]?.map((name) => (name === 'Bilirubin' ? 'Билирубин [мкмоль/л]' : name));
  await page.getByLabel(local.submission.fileChoose).setInputFiles({
    name: 'patients.xlsx',
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: workbook([header ?? [], ...rows.slice(1)]),
  });
}

test.describe('in a Russian Excel', () => {
  test.use({ locale: russian.locale });

  test('a workbook with Russian headings is read', async ({ page }) => {
    const local = russian.words;
    await register(page, local);
    await chooseWorkbook(page, local);
    await expect(page.getByText(local.check.good(3))).toBeVisible();
    await start(page, local);
    await expect(patientRows(page, local)).toHaveCount(3);
  });

  test('a result opens in a Russian Excel', async ({ page }) => {
    const local = russian.words;
    await register(page, local);
    await chooseFile(
      page,
      local,
      IN_SI.replace('Bilirubin', 'Bilirubin [umol/L]').replace('p1', '1.5'),
    );
    await start(page, local);
    await expect(patientRows(page, local)).toHaveCount(3);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: local.reading.excel }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/-excel\.csv$/);
    const [header = '', first = ''] = readFileSync(await download.path(), 'utf8').split('\n');
    expect(header).toMatch(/^\ufeffrow;ID;years;/);
    expect(first).toMatch(/^1;"=""1\.5""";\d,\d+;/);
  });
});

test('questions about a file, its mapping and the help on columns are accessible @slow', async ({
  page,
}) => {
  await register(page, words);
  await page.getByText(words.reading.helpTitle).click();
  await inspectInBoth(page, 'column-help');
  await page.getByText(words.reading.helpTitle).click();
  await chooseFile(page, words, CODED, 'ward.csv');
  await expect(page.getByText(words.reading.mappingTitle)).toBeVisible();
  await inspectInBoth(page, 'mapping');
  await chooseHeadings(page);
  await page.getByRole('button', { name: words.reading.apply }).click();
  await expect(page.getByText(words.check.columnsUnclear(3))).toBeVisible();
  await inspectInBoth(page, 'values-unclear');
  await chooseFile(page, words, IN_SI);
  await expect(page.getByText(words.reading.questions)).toBeVisible();
  await inspectInBoth(page, 'unit-question');
});
