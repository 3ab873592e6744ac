import {
  chooseFile,
  chooseModel,
  expect,
  gate,
  inspectInBoth,
  LANGUAGES,
  patientRows,
  register,
  test,
  type Words,
} from './support';

// Files that are too large for one request and are uploaded to the data bucket.

const ROWS = 150_000;
const { words } = LANGUAGES[0];

function largeFile(rows = ROWS, lastLine = ''): string {
  const lines = ['ID,Age,Edema,Bilirubin,Albumin,Prothrombin'];
  for (let row = 0; row < rows; row += 1)
    lines.push(`p${row},${18_000 + (row % 9_000)}.5,N,${0.5 + (row % 200) / 10},3.5,10.5`);
  return `${lines.join('\n')}\n${lastLine}`;
}

function mayoStartButton(words: Words) {
  return { name: words.submission.submit(20) };
}

/** Whether a request goes to the bucket, not to the page or the API. */
const isToBucket = (url: URL) => !url.pathname.startsWith('/api/') && url.pathname !== '/';

test('a large file is uploaded, its first rows are checked, and its prediction is charged once @slow', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await register(page, words);
  await chooseFile(page, words, largeFile(), 'large.csv');
  await expect(page.getByText(/^Checked the first \d/)).toBeVisible();
  await expect(page.getByText(words.check.largeHint)).toBeVisible();
  await chooseModel(page, 'mayo');
  await inspectInBoth(page, 'large-file');
  await page.getByRole('button', mayoStartButton(words)).click();

  await expect(page.getByRole('progressbar')).toBeVisible();
  await inspectInBoth(page, 'large-running');
  await expect(page.getByRole('heading', { name: words.result.estimand(7) })).toBeVisible({
    timeout: 60_000,
  });
  await expect(page.getByText(words.shell.balance(480))).toBeVisible();

  await expect(page.getByLabel(words.large.lowestEstimates(1000))).toBeChecked();
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

test('a session that ends during an upload asks for the password and keeps the upload @slow', async ({
  page,
}) => {
  const user = await register(page, words);
  let uploads = 0;
  await page.route(isToBucket, (route) => {
    if (route.request().method() === 'POST') uploads += 1;
    return route.continue();
  });
  const rejectedPaths = new Set<string>();
  await page.route(/api\/(uploads|predict\/mayo)/, (route) => {
    const { pathname } = new URL(route.request().url());
    if (rejectedPaths.has(pathname)) return route.continue();
    rejectedPaths.add(pathname);
    return route.fulfill({ status: 401, json: { code: 'token_expired' } });
  });
  await chooseModel(page, 'mayo');
  await chooseFile(page, words, largeFile(), 'large.csv');
  for (let time = 1; time <= 2; time += 1) {
    const dialog = page.getByRole('dialog', { name: words.account.logInAgainTitle });
    await dialog.getByLabel(words.account.nameOrEmail).fill(user.name);
    await dialog.getByLabel(words.account.password).fill(user.password);
    await dialog.getByRole('button', { name: words.account.logIn }).click();
    await expect.poll(() => rejectedPaths.size >= time).toBe(true);
    await expect(dialog).toBeHidden();
  }
  await expect(page.getByText(/^Checked the first \d/)).toBeVisible();
  expect(uploads).toBe(1);
});

test('after a lost connection the same file can be uploaded again @slow', async ({ page }) => {
  await register(page, words);
  let isOffline = true;
  await page.route(isToBucket, (route) =>
    isOffline && route.request().method() === 'POST'
      ? route.abort('connectionreset')
      : route.continue(),
  );
  await chooseFile(page, words, largeFile(), 'large.csv');
  await expect(page.getByRole('alert')).toBeVisible();
  await inspectInBoth(page, 'upload-cut');
  isOffline = false;
  await page.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(page.getByText(/^Checked the first \d/)).toBeVisible();
});

test('a large file is deleted from the bucket when it is replaced or removed @slow', async ({
  page,
}) => {
  await register(page, words);
  const deletion = () =>
    page.waitForResponse((response) => /\/api\/uploads\/\w+$/.test(response.url()));
  await chooseFile(page, words, largeFile(), 'first.csv');
  await expect(page.getByText(/^Checked the first \d/)).toBeVisible();
  const firstDeletion = deletion();
  await chooseFile(page, words, largeFile(), 'second.csv');
  const first = await firstDeletion;
  expect([first.request().method(), first.status()]).toEqual(['DELETE', 204]);

  await expect(page.getByText(/^Checked the first \d/)).toBeVisible();
  const secondDeletion = deletion();
  await page.getByRole('button', { name: words.submission.fileRemove }).click();
  await expect(page.getByText('second.csv')).toBeHidden();
  const second = await secondDeletion;
  expect([second.request().method(), second.status()]).toEqual(['DELETE', 204]);
  const { authorization = '' } = await second.request().allHeaders();
  const again = await page.request.delete(second.url(), { headers: { authorization } });
  expect(again.status()).toBe(404);
});

test('a file that is removed during its upload shows neither a check nor a problem @slow', async ({
  page,
}) => {
  await register(page, words);
  const uploadGate = gate();
  await page.route(isToBucket, async (route) => {
    if (route.request().method() === 'POST') await uploadGate.opened;
    await route.continue().catch(() => undefined);
  });
  await chooseFile(page, words, largeFile(), 'large.csv');
  await expect(page.getByRole('progressbar')).toBeVisible();
  await inspectInBoth(page, 'uploading');
  await page.getByRole('button', { name: words.submission.fileRemove }).click();
  await expect(page.getByRole('progressbar')).toBeHidden();
  await expect(page.getByText('large.csv')).toBeHidden();
  uploadGate.open();
  await page.waitForTimeout(2_000);
  await expect(page.getByText(/^Checked /)).toBeHidden();
  await expect(page.getByRole('alert')).toBeHidden();
});
