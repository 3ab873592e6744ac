import type { Route } from '@playwright/test';
import { pageProblem } from '../src/api/problem';
import { finishedPrediction } from '../tests/fixtures';
import {
  chooseFile,
  chooseModel,
  expect,
  ID,
  inspectInBoth,
  LANGUAGES,
  patientRows,
  register,
  sampleText,
  start,
  test,
} from './support';

// Failures that the real service rarely has. Only the failing responses are simulated.

const { words } = LANGUAGES[0];

function isSubmission(route: Route): boolean {
  return route.request().method() === 'POST';
}

test('a submission continues after the user has logged in again @slow', async ({ page }) => {
  const user = await register(page, words);
  await chooseFile(page, words, await sampleText(page));
  let hasExpired = false;
  await page.route('**/api/predict/lasso', async (route) => {
    if (!isSubmission(route) || hasExpired) return route.continue();
    hasExpired = true;
    return route.fulfill({ status: 401, json: { code: 'token_expired', request_id: 'r-1' } });
  });
  await start(page, words);

  const dialog = page.getByRole('dialog', { name: words.account.logInAgainTitle });
  await expect(dialog).toBeVisible();
  await inspectInBoth(page, 'log-in-again');
  await dialog.getByLabel(words.account.nameOrEmail).fill(user.name);
  await dialog.getByLabel(words.account.password).fill(user.password);
  await dialog.getByRole('button', { name: words.account.logIn }).click();
  await expect(patientRows(page, words)).toHaveCount(10);
  await expect(page.getByText(words.shell.balance(400))).toBeVisible();
});

test('after a lost connection the file is kept, and trying again charges once @slow', async ({
  page,
}) => {
  await register(page, words);
  await chooseFile(page, words, await sampleText(page));
  const keys: (string | undefined)[] = [];
  await page.route('**/api/predict/lasso', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    return keys.length === 1 ? route.abort('connectionfailed') : route.continue();
  });
  await start(page, words);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(
    words.problems.sentences.network_down(pageProblem('network_down')),
  );
  await expect(page.getByText('patients.csv')).toBeVisible();
  await inspectInBoth(page, 'network-down');
  await alert.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(patientRows(page, words)).toHaveCount(10);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBeTruthy();
  expect(keys[1]).toBe(keys[0]);
});

test('a file can be submitted after its check failed, and is rejected with the reasons @slow', async ({
  page,
}) => {
  await register(page, words);
  await page.route('**/api/predict/lasso?dry_run=true', (route) => route.abort('connectionfailed'));
  const header = 'ID,Age,Bilirubin,Albumin,Prothrombin,Edema';
  await chooseFile(page, words, `${header}\n1,21464,high,3.5,12.2,N`);
  await chooseModel(page, 'lasso');
  await expect(page.getByText(words.check.notCheckedHint)).toBeVisible();
  await inspectInBoth(page, 'not-checked');
  await start(page, words);
  const alert = page.getByRole('alert').filter({ hasText: 'high' });
  await expect(alert).toContainText(
    words.problems.sentences.invalid_rows(pageProblem('invalid_rows')),
  );
  await expect(alert).not.toContainText(words.problems.requestId);

  await page.unroute('**/api/predict/lasso?dry_run=true');
  await page.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(page.getByText(words.check.allBad(1))).toBeVisible();
  await expect(page.getByText(words.shell.balance(500))).toBeVisible();
});

const ACCOUNT_CHUNK = '**/assets/AccountScreen-*.js';

test('a screen that cannot be loaded says so, and can be loaded again @slow', async ({ page }) => {
  await page.route(ACCOUNT_CHUNK, (route) => route.fulfill({ status: 404, json: {} }));
  await register(page, words);
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toHaveText(words.notLoaded.title);
  await expect(page.getByRole('alert')).toContainText(words.notLoaded.lead);
  await expect(page).toHaveTitle(`${words.notLoaded.title} · ${words.shell.product}`);
  await inspectInBoth(page, 'not-loaded');
  await page.getByRole('link', { name: words.shell.productHome }).click();
  await expect(title).toHaveText(words.landing.title);
  await page.goBack();
  await expect(title).toHaveText(words.notLoaded.title);
  await expect(title).toBeFocused();

  await page.unroute(ACCOUNT_CHUNK);
  await page.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(title).toHaveText(words.submission.title);
  await page.getByRole('link', { name: words.shell.predictions }).click();
  await expect(title).toHaveText(words.history.title);
  await expect(title).toBeFocused();
  await expect(page).toHaveTitle(`${words.history.title} · ${words.shell.product}`);
});

test('the start page loads no screen that needs an account', async ({ page }) => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.landing.title);
  await page.getByRole('link', { name: words.landing.start }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.account.registerTitle);
  expect(requests.some((url) => /\/index-[^/]*\.js$/.test(url))).toBe(true);
  expect(requests.filter((url) => url.includes('AccountScreen'))).toEqual([]);
});

test('a double click submits once', async ({ page }) => {
  await register(page, words);
  await chooseFile(page, words, await sampleText(page));
  let submissions = 0;
  await page.route('**/api/predict/lasso', async (route) => {
    submissions += 1;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return route.continue();
  });
  await start(page, words);
  await expect(page.getByRole('button', { name: words.submission.submitting })).toBeDisabled();
  await page.locator('form').dispatchEvent('submit');
  await expect(patientRows(page, words)).toHaveCount(10);
  expect(submissions).toBe(1);
});

const RUNNING = finishedPrediction({
  prediction_id: ID,
  status: 'running',
  is_finished: false,
  is_success: false,
  prediction_model_id: 'lasso',
  rows: 12_345,
  rows_done: 4_000,
  cost: 100,
  horizon_years: null,
  contribution_scale: null,
  survival_years: null,
});

test('the progress is shown, and an unknown status ends the polling @slow', async ({ page }) => {
  await register(page, words);
  let status = 'running';
  let requests = 0;
  await page.route(`**/api/predict/${ID}`, (route) => {
    requests += 1;
    return route.fulfill({ json: { ...RUNNING, status } });
  });
  await page.clock.install();
  await page.goto(`/#/predictions/${ID}`);
  await expect(page.getByText(words.prediction.running(4_000, 12_345))).toBeVisible();
  await inspectInBoth(page, 'running');
  status = 'archived';
  await page.clock.runFor(5_000);
  await expect(page.getByText(words.prediction.unknownTitle)).toBeVisible();
  await inspectInBoth(page, 'unknown-status');
  const requestsAtEnd = requests;
  await page.clock.runFor(30_000);
  await page.waitForTimeout(200);
  expect(requests).toBe(requestsAtEnd);
});

test('a failed prediction shows the refund @slow', async ({ page }) => {
  await register(page, words);
  await page.route(`**/api/predict/${ID}`, (route) =>
    route.fulfill({
      json: {
        ...RUNNING,
        status: 'failed',
        is_finished: true,
        error_code: 'internal_error',
        refunded: true,
      },
    }),
  );
  await page.goto(`/#/predictions/${ID}`);
  await expect(page.getByText(words.prediction.failedTitle)).toBeVisible();
  await expect(page.getByText(words.prediction.refundedNote(100))).toBeVisible();
  await inspectInBoth(page, 'failed');
});

test('a prediction that does not exist or belongs to another user is not found', async ({
  page,
}) => {
  await register(page, words);
  await page.goto('/#/predictions/0123456789abcdef0123456789abcdef');
  await expect(page.getByRole('alert')).toContainText(
    words.problems.sentences.unknown_prediction(pageProblem('unknown_prediction')),
  );
});
