import type { Page } from '@playwright/test';
import { pageProblem } from '../src/api/problem';
import {
  chooseFile,
  chooseModel,
  expect,
  inspect,
  inspectInBoth,
  LANGUAGES,
  register,
  registerByForm,
  start,
  startButton,
  test,
  type Words,
} from './support';

// The form for one patient.

// Titles of the catalogue, which label the fields that have no label in the dictionary.
const TITLES = {
  en: { bilirubin: 'Bilirubin', albumin: 'Albumin', prothrombin: 'Prothrombin time', sex: 'Sex' },
  ru: {
    bilirubin: 'Билирубин общий',
    albumin: 'Альбумин',
    prothrombin: 'Протромбиновое время',
    sex: 'Пол',
  },
};
type Titles = (typeof TITLES)['en'];

async function openForm(page: Page, words: Words): Promise<void> {
  await register(page, words);
  await page.getByRole('radio', { name: words.patient.inputModes.form }).check();
  await expect(page.getByRole('heading', { name: words.patient.required })).toBeVisible();
}

/** Fill in the required fields in SI units. */
async function fillRequired(page: Page, words: Words, titles: Titles): Promise<void> {
  await page.getByLabel(words.patient.systems.si).check();
  await ageField(page, words).fill('58,8');
  await page.getByLabel(titles.bilirubin).fill('24');
  await page.getByLabel(titles.albumin).fill('35');
  await page.getByLabel(titles.prothrombin).fill('12,2');
  await page.getByLabel(label(words, 'Edema.N', words.patient.values)).check();
}

function label(words: Words, key: string, labels = words.patient.labels): string {
  const text = labels[key];
  if (text === undefined) throw new Error(`the dictionary has no label for ${key}`);
  return text;
}

/** Return the field of the age. The text “Age” is also part of other labels. */
function ageField(page: Page, words: Words) {
  return page.getByRole('textbox', { name: label(words, 'Age') });
}

function formatted(words: Words, value: number): string {
  return words.format.number(value);
}

for (const { code, locale, words } of LANGUAGES) {
  const titles = TITLES[code];

  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('one patient is entered, checked and predicted for 100 coins @slow', async ({ page }) => {
      await openForm(page, words);
      await inspect(page, `${code}-patient-empty`);
      await fillRequired(page, words, titles);
      await page
        .getByLabel(titles.sex)
        .selectOption({ label: label(words, 'F', words.patient.values) });
      await page.getByLabel(label(words, 'ID')).fill('17-b');
      await expect(page.getByText(words.patient.good)).toBeVisible();
      await chooseModel(page, 'lasso');
      await inspect(page, `${code}-patient-filled`);

      await startButton(page, words).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(
        words.plots.patient.title(1, '17-b'),
      );
      await expect(page.getByText(words.shell.balance(400))).toBeVisible();

      await page.getByRole('link', { name: words.shell.newPrediction }).first().click();
      await expect(page.getByRole('radio', { name: words.patient.inputModes.form })).toBeChecked();
      await expect(ageField(page, words)).toHaveValue('');
    });

    test('mistakes are shown at their fields, and the first one gets the focus @slow', async ({
      page,
    }) => {
      await openForm(page, words);
      await page.getByLabel(words.patient.systems.conventional).check();
      await chooseModel(page, 'lasso');
      await page.getByLabel(titles.albumin).fill('38');
      await page.getByLabel(titles.bilirubin).fill('30');
      await page.getByLabel(titles.prothrombin).fill('1');
      await ageField(page, words).fill('xx');
      await expect(page.getByLabel(titles.albumin)).toHaveAccessibleDescription(
        new RegExp(words.unit('g/L')),
      );
      await expect(page.getByLabel(titles.prothrombin)).toHaveAccessibleDescription(
        new RegExp(words.problems.findings.below_minimum({ code: '', minimum: 8, unit: 's' })),
      );
      await expect(page.getByLabel(titles.bilirubin)).toHaveAccessibleDescription(
        new RegExp(`${formatted(words, 0.3)}.*28`),
      );
      await expect(page.getByLabel(titles.bilirubin)).not.toHaveAttribute('aria-invalid');

      await startButton(page, words).click();
      await expect(ageField(page, words)).toBeFocused();
      await expect(page.getByRole('radiogroup')).toHaveAccessibleDescription(
        words.patient.enter(label(words, 'Edema'), true),
      );
      await inspect(page, `${code}-patient-mistakes`);
      await page.getByLabel(words.patient.systems.si).check();
      await expect(page.getByLabel(titles.albumin)).toHaveValue('38');
      await expect(page.getByLabel(titles.albumin)).not.toHaveAttribute('aria-invalid');
      await expect(page.getByText(words.shell.balance(500))).toBeVisible();
    });

    test('a change of units converts the values, and the browser stores the units but not the values', async ({
      page,
    }) => {
      await openForm(page, words);
      await fillRequired(page, words, titles);
      await page.getByLabel(words.patient.systems.conventional).check();
      await expect(page.getByLabel(titles.bilirubin)).toHaveValue(formatted(words, 1.4));
      await expect(page.getByLabel(titles.albumin)).toHaveValue(formatted(words, 3.5));
      await page.getByLabel(words.patient.systems.si).check();
      await expect(page.getByLabel(titles.bilirubin)).toHaveValue('24');

      await page.getByRole('link', { name: words.shell.predictions }).click();
      await expect(page.getByText(words.history.empty)).toBeVisible();
      await page.getByRole('link', { name: words.shell.newPrediction }).first().click();
      await expect(page.getByLabel(titles.albumin)).toHaveValue('35');

      const otherSystem = code === 'ru' ? 'conventional' : 'si';
      await page.getByLabel(words.patient.systems[otherSystem]).check();
      const stored = await page.evaluate(() => [{ ...localStorage }, Object.keys(sessionStorage)]);
      expect(stored).toEqual([{ language: code, unitSystem: otherSystem }, ['token']]);
      await page.reload();
      await page.getByRole('radio', { name: words.patient.inputModes.form }).check();
      await expect(page.getByLabel(words.patient.systems[otherSystem])).toBeChecked();
      await expect(page.getByLabel(titles.albumin)).toHaveValue('');
    });
  });
}

const { words } = LANGUAGES[0];
const titles = TITLES.en;

test('a patient can be entered and predicted with the keyboard alone', async ({ page }) => {
  await register(page, words);
  await page.locator('input[name="model"][value="lasso"]').focus();
  await page.keyboard.press('Space');
  await page.getByRole('radio', { name: words.patient.inputModes.file }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByLabel(words.patient.systems.si)).toBeChecked();
  for (const value of ['58.8', '24', '35', '12.2']) {
    await page.keyboard.press('Tab');
    await page.keyboard.type(value);
  }
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  // Enter in a field must not press the start button.
  await page.keyboard.press('Enter');
  await expect(page.getByText(words.patient.good)).toBeVisible();
  await expect(page.getByText(words.shell.balance(500))).toBeVisible();
  await startButton(page, words).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    words.plots.patient.title(1, null),
  );
});

test('findings of a rejected submission are shown at the field, without a request id @slow', async ({
  page,
}) => {
  await openForm(page, words);
  await fillRequired(page, words, titles);
  const finding = { column: 'Albumin', code: 'not_finite', message: '', row: 1, value: '35' };
  await page.route('**/api/predict/lasso*', (route) =>
    route.request().url().includes('dry_run')
      ? route.abort('connectionfailed')
      : route.fulfill({
          status: 422,
          json: { code: 'invalid_rows', request_id: 'r-7', errors: [finding], errors_total: 1 },
        }),
  );
  await start(page, words);
  await expect(page.getByText(words.patient.notChecked)).toBeVisible();
  await expect(page.getByText(words.problems.sentences.invalid_input(INVALID_INPUT))).toBeVisible();
  await expect(page.getByText('r-7')).toHaveCount(0);
  await expect(page.getByLabel(titles.albumin)).toBeFocused();
  await expect(page.getByLabel(titles.albumin)).toHaveAccessibleDescription(
    new RegExp(words.problems.findings.not_finite({ code: '' })),
  );
  await expect(page.getByRole('table', { name: words.problems.findingsCaption })).toHaveCount(0);
  await inspectInBoth(page, 'patient-refused');
});

test('file and form are kept separately, and logging out discards both @slow', async ({ page }) => {
  await register(page, words);
  await chooseFile(page, words, 'ID,Age\n1,2', 'mine.csv');
  await page.getByRole('radio', { name: words.patient.inputModes.form }).check();
  await fillRequired(page, words, titles);
  await page.getByRole('radio', { name: words.patient.inputModes.file }).check();
  await expect(page.getByText('mine.csv')).toBeVisible();
  await page.getByRole('radio', { name: words.patient.inputModes.form }).check();
  await expect(page.getByLabel(titles.albumin)).toHaveValue('35');
  await page.getByRole('button', { name: words.shell.logOut }).click();
  await registerByForm(page, words);
  await expect(page.getByRole('radio', { name: words.patient.inputModes.file })).toBeChecked();
  await expect(page.getByText('mine.csv')).toHaveCount(0);
  await page.getByRole('radio', { name: words.patient.inputModes.form }).check();
  await expect(page.getByLabel(titles.albumin)).toHaveValue('');
});

const INVALID_INPUT = pageProblem('invalid_input');
