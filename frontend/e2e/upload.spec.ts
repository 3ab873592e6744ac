import {
  chooseFile,
  expect,
  gate,
  inspectInBoth,
  LANGUAGES,
  patientRows,
  register,
  test,
  type Words,
} from './page';

// Past what one request takes, a file goes by way of the data bucket.

const ROWS = 150_000;
const { words } = LANGUAGES[0];

function largeFile(rows = ROWS, last = ''): string {
  const lines = ['ID,Age,Edema,Bilirubin,Albumin,Prothrombin'];
  for (let row = 0; row < rows; row += 1)
    lines.push(`p${row},${18_000 + (row % 9_000)}.5,N,${0.5 + (row % 200) / 10},3.5,10.5`);
  return `${lines.join('\n')}\n${last}`;
}

function mayo(words: Words) {
  return { name: words.submission.submit(20) };
}

/** The form that goes to the bucket, not to the API. */
const toBucket = (url: URL) => !url.pathname.startsWith('/api/') && url.pathname !== '/';

test('a large file is sent, checked at its beginning, predicted, and its cost is charged once @slow', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await register(page, words);
  await chooseFile(page, words, largeFile(), 'large.csv');
  await expect(page.getByText(/^Checked the first \d/)).toBeVisible();
  await expect(page.getByText(words.check.largeHint)).toBeVisible();
  await page.locator('input[name="model"][value="mayo"]').check();
  await inspectInBoth(page, 'large-file');
  await page.getByRole('button', mayo(words)).click();

  await expect(page.getByRole('progressbar')).toBeVisible();
  await inspectInBoth(page, 'large-running');
  await expect(page.getByRole('heading', { name: words.result.estimand(7) })).toBeVisible({
    timeout: 60_000,
  });
  await expect(page.getByText(words.shell.balance(480))).toBeVisible();

  await expect(page.getByLabel(words.large.sickest(1000))).toBeChecked();
  await expect(patientRows(page, words)).toHaveCount(100);
  await page.getByLabel(words.result.filter).fill('p1999');
  await expect(patientRows(page, words)).not.toHaveCount(100);
  await page.getByLabel(words.large.fileOrder).check();
  await expect(patientRows(page, words).first()).toContainText('p0');
  await page.getByLabel(words.large.goToRow).fill(String(ROWS));
  await page.keyboard.press('Enter');
  await expect(patientRows(page, words).last()).toContainText(`p${ROWS - 1}`);
  await inspectInBoth(page, 'large-result');
  const range = words.large.range(ROWS - 99, ROWS);
  await page.pdf();
  await expect(page.getByText(range)).toBeVisible();
  await page.getByLabel(words.large.goToRow).fill(String(ROWS + 1));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText(words.large.noSuchRow(ROWS));
  await expect(page.getByText(range)).toBeVisible();
});

test('a session that ends in the middle of an upload costs a password, not the upload @slow', async ({
  page,
}) => {
  const person = await register(page, words);
  let sent = 0;
  await page.route(toBucket, (route) => {
    if (route.request().method() === 'POST') sent += 1;
    return route.continue();
  });
  const ended = new Set<string>();
  await page.route(/api\/(uploads|predict\/mayo)/, (route) => {
    const key = new URL(route.request().url()).pathname;
    if (ended.has(key)) return route.continue();
    ended.add(key);
    return route.fulfill({ status: 401, json: { code: 'token_expired' } });
  });
  await page.locator('input[name="model"][value="mayo"]').check();
  await chooseFile(page, words, largeFile(), 'large.csv');
  for (let time = 1; time <= 2; time += 1) {
    const dialog = page.getByRole('dialog', { name: words.account.againTitle });
    await dialog.getByLabel(words.account.nameOrEmail).fill(person.name);
    await dialog.getByLabel(words.account.password).fill(person.password);
    await dialog.getByRole('button', { name: words.account.logIn }).click();
    await expect.poll(() => ended.size >= time).toBe(true);
    await expect(dialog).toBeHidden();
  }
  await expect(page.getByText(/^Checked the first \d/)).toBeVisible();
  expect(sent).toBe(1);
});

test('a cut connection is said, and the same file is sent again at a click @slow', async ({
  page,
}) => {
  await register(page, words);
  let isCut = true;
  await page.route(toBucket, (route) =>
    isCut && route.request().method() === 'POST'
      ? route.abort('connectionreset')
      : route.continue(),
  );
  await chooseFile(page, words, largeFile(), 'large.csv');
  await expect(page.getByRole('alert')).toBeVisible();
  await inspectInBoth(page, 'upload-cut');
  isCut = false;
  await page.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(page.getByText(/^Checked the first \d/)).toBeVisible();
});

test('a large file that is replaced or removed after its check is deleted from the bucket @slow', async ({
  page,
}) => {
  await register(page, words);
  const deletion = () =>
    page.waitForResponse((answer) => /\/api\/uploads\/\w+$/.test(answer.url()));
  await chooseFile(page, words, largeFile(), 'first.csv');
  await expect(page.getByText(/^Checked the first \d/)).toBeVisible();
  const ofTheFirst = deletion();
  await chooseFile(page, words, largeFile(), 'second.csv');
  const first = await ofTheFirst;
  expect([first.request().method(), first.status()]).toEqual(['DELETE', 204]);

  await expect(page.getByText(/^Checked the first \d/)).toBeVisible();
  const ofTheSecond = deletion();
  await page.getByRole('button', { name: words.submission.fileRemove }).click();
  await expect(page.getByText('second.csv')).toBeHidden();
  const second = await ofTheSecond;
  expect([second.request().method(), second.status()]).toEqual(['DELETE', 204]);
  const { authorization = '' } = await second.request().allHeaders();
  const again = await page.request.delete(second.url(), { headers: { authorization } });
  expect(again.status()).toBe(404);
});

test('a file that is removed while it is sent leaves nothing behind @slow', async ({ page }) => {
  await register(page, words);
  const sending = gate();
  await page.route(toBucket, async (route) => {
    if (route.request().method() === 'POST') await sending.opened;
    await route.continue().catch(() => undefined);
  });
  await chooseFile(page, words, largeFile(), 'large.csv');
  await expect(page.getByRole('progressbar')).toBeVisible();
  await inspectInBoth(page, 'uploading');
  await page.getByRole('button', { name: words.submission.fileRemove }).click();
  await expect(page.getByRole('progressbar')).toBeHidden();
  await expect(page.getByText('large.csv')).toBeHidden();
  sending.open();
  await page.waitForTimeout(2_000);
  await expect(page.getByText(/^Checked /)).toBeHidden();
  await expect(page.getByRole('alert')).toBeHidden();
});
