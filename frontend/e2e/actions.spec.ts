import type { Page, Route } from '@playwright/test';
import { type ProblemCode, pageProblem } from '../src/api/problem';
import {
  chooseFile,
  expect,
  inspect,
  inspectInBoth,
  LANGUAGES,
  patientRows,
  register,
  sampleText,
  start,
  test,
  type Words,
} from './support';

// Actions on a prediction: cancel, run again, delete its files.

/** Make a prediction as a new user, who has 400 coins left. Its screen is open. */
async function finishedPrediction(page: Page, words: Words): Promise<string> {
  await register(page, words);
  await chooseFile(page, words, await sampleText(page), 'patients-10.csv');
  await start(page, words);
  await expect(patientRows(page, words)).toHaveCount(10);
  await expect(page.getByText(words.shell.balance(400))).toBeVisible();
  return page.url();
}

function idOf(address: string): string {
  return address.replace(/^.*\//, '');
}

const openHistory = (page: Page, words: Words) =>
  page.getByRole('link', { name: words.shell.predictions }).click();

const retryDialog = (page: Page, words: Words) =>
  page.getByRole('dialog', { name: words.actions.retryTitle });

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a prediction is run again at the price shown, and links to the earlier one @slow', async ({
      page,
    }) => {
      const earlier = await finishedPrediction(page, words);
      const opener = page.getByRole('button', { name: words.actions.retry });
      await opener.click();
      const dialog = retryDialog(page, words);
      await expect(dialog).toContainText(words.actions.retryCost(100, 400));
      await expect(dialog.getByRole('button', { name: words.actions.back })).toBeFocused();
      await inspect(page, `${code}-retry`);
      await page.keyboard.press('Escape');
      await expect(dialog).toBeHidden();
      await expect(opener).toBeFocused();
      await opener.click();
      await dialog.getByRole('button', { name: words.actions.retryNow(100) }).click();

      await expect(page.getByText(words.shell.balance(300))).toBeVisible();
      await expect(patientRows(page, words)).toHaveCount(10);
      expect(page.url()).not.toBe(earlier);
      await inspect(page, `${code}-retried`);
      await page.getByRole('link', { name: words.actions.retryOf }).click();
      await expect(page).toHaveURL(earlier);
    });

    test('files are deleted after a confirmation, and the entries of history and statement stay @slow', async ({
      page,
    }) => {
      const address = await finishedPrediction(page, words);
      await openHistory(page, words);
      const entries = page.getByRole('main').getByRole('listitem');
      const actions = entries.getByRole('group', { name: words.actions.group('patients-10.csv') });
      await inspect(page, `${code}-history-actions`);
      await actions.getByRole('button', { name: words.actions.deleteFiles }).click();
      const dialog = page.getByRole('dialog', { name: words.actions.deleteTitle });
      await expect(dialog.getByText(words.actions.deleteLead(true))).toBeVisible();
      await expect(dialog.getByText(words.actions.keptData)).toBeVisible();
      await inspect(page, `${code}-delete-files`);
      const deletion = page.waitForRequest((request) => request.method() === 'DELETE');
      await dialog.getByRole('button', { name: words.actions.deleteNow }).click();
      expect(new URL((await deletion).url()).searchParams.get('only_if')).toBe('ended');

      await expect(dialog).toBeHidden();
      await expect(entries).toHaveCount(1);
      await expect(entries.first()).toContainText(words.actions.filesDeleted);
      await expect(entries.first().getByRole('button')).toHaveCount(0);
      await expect(entries.first().getByRole('group')).toBeFocused();
      await inspect(page, `${code}-history-files-deleted`);

      await page.getByRole('link', { name: words.history.deletedFile }).click();
      await expect(page).toHaveURL(address);
      const today = words.format.date(new Date().toISOString());
      await expect(page.getByText(words.actions.filesDeletedAt(today))).toBeVisible();
      await expect(page.getByRole('alert')).toHaveCount(0);
      await expect(page.getByRole('button', { name: words.result.download })).toHaveCount(0);
      await inspect(page, `${code}-files-deleted`);
      await page.getByRole('link', { name: words.shell.balance(400) }).click();
      await expect(
        page.getByRole('link', { name: words.coins.reasons.prediction, exact: true }),
      ).toBeVisible();
    });

    test('a queued prediction is cancelled once, and its coins are refunded @slow', async ({
      page,
    }) => {
      const address = await finishedPrediction(page, words);
      const finished = await page.request
        .get(`/api/predict/${idOf(address)}`, { headers: await authorization(page) })
        .then((response) => response.json());
      const queued = {
        ...finished,
        status: 'queued',
        is_finished: false,
        rows_done: 0,
        summary: null,
      };
      const cancelled = {
        ...queued,
        status: 'cancelled',
        is_finished: true,
        refunded: true,
        error_code: 'cancelled',
      };
      const deletions: string[] = [];
      await page.route(`**/api/predict/${idOf(address)}**`, async (route) => {
        if (route.request().method() !== 'DELETE') return route.fulfill({ json: queued });
        deletions.push(new URL(route.request().url()).search);
        await new Promise((resolve) => setTimeout(resolve, 300));
        return route.fulfill({ json: cancelled });
      });
      await page.reload();
      const cancel = page.getByRole('button', { name: words.actions.cancel });
      await expect(cancel).toBeVisible();
      await inspect(page, `${code}-queued`);
      await cancel.dispatchEvent('click');
      await page.getByRole('button', { name: words.actions.cancelling }).dispatchEvent('click');
      await expect(
        page.getByRole('heading', { name: words.prediction.cancelledTitle }),
      ).toBeVisible();
      await expect(page.getByText(words.prediction.refundedNote(100))).toBeVisible();
      expect(deletions).toEqual(['?only_if=queued']);
      await inspect(page, `${code}-cancelled`);
      await page.getByRole('button', { name: words.actions.deleteFiles }).click();
      const dialog = page.getByRole('dialog', { name: words.actions.deleteTitle });
      await expect(dialog.getByText(words.actions.deleteLead(false))).toBeVisible();
    });
  });
}

const { words } = LANGUAGES[0];

async function authorization(page: Page) {
  const token = await page.evaluate(() => sessionStorage.getItem('token'));
  return { authorization: `Bearer ${token}` };
}

/** The state that the page shows while it does not know yet that the prediction has ended. */
const OUTDATED = { status: 'queued', is_finished: false };

test('a cancellation that comes too late shows a problem and keeps the result @slow', async ({
  page,
}) => {
  const address = await finishedPrediction(page, words);
  await page.route('**/api/predict', async (route) => {
    const response = await route.fetch();
    const { predictions, next_cursor } = await response.json();
    const outdated = [{ ...predictions[0], ...OUTDATED }];
    return route.fulfill({ json: { predictions: outdated, next_cursor } });
  });
  let isOutdated = true;
  await page.route(`**/api/predict/${idOf(address)}**`, async (route) => {
    if (route.request().method() === 'DELETE') isOutdated = false;
    if (!isOutdated) return route.continue();
    const response = await route.fetch();
    return route.fulfill({ json: { ...(await response.json()), ...OUTDATED } });
  });
  await openHistory(page, words);
  const entry = page.getByRole('main').getByRole('listitem');
  await entry.getByRole('button', { name: words.actions.cancel }).click();
  await expect(entry.getByRole('alert')).toContainText(
    words.problems.sentences.not_queued(pageProblem('not_queued')),
  );
  await expect(entry.getByText(words.history.statuses.succeeded)).toBeVisible();
  await expect(entry.getByRole('button', { name: words.actions.cancel })).toHaveCount(0);
  await inspectInBoth(page, 'cancelled-late');
  await page.goto(address);
  await expect(patientRows(page, words)).toHaveCount(10);
});

test('a retry after a lost response has the same key and is charged once @slow', async ({
  page,
}) => {
  await finishedPrediction(page, words);
  const keys: (string | undefined)[] = [];
  await page.route('**/retry', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length !== 1) return route.continue();
    await route.fetch();
    return route.abort('connectionfailed');
  });
  await page.getByRole('button', { name: words.actions.retry }).click();
  const dialog = retryDialog(page, words);
  await dialog.getByRole('button', { name: words.actions.retryNow(100) }).click();
  await expect(dialog.getByRole('alert')).toContainText(
    words.problems.sentences.network_down(pageProblem('network_down')),
  );
  await dialog.getByRole('button', { name: words.actions.retryNow(100) }).click();
  await expect(page.getByRole('link', { name: words.actions.retryOf })).toBeVisible();
  await expect(page.getByText(words.shell.balance(300))).toBeVisible();

  await page.getByRole('button', { name: words.actions.retry }).click();
  await dialog.getByRole('button', { name: words.actions.retryNow(100) }).click();
  await expect(page.getByText(words.shell.balance(200))).toBeVisible();
  expect(keys).toHaveLength(3);
  expect(keys[0]).toBeTruthy();
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

test('the dialog shows why a prediction cannot be run again @slow', async ({ page }) => {
  const address = await finishedPrediction(page, words);
  await page.getByRole('button', { name: words.actions.retry }).click();
  const dialog = retryDialog(page, words);
  const errors: [number, ProblemCode][] = [
    [402, 'not_enough_coins'],
    [409, 'model_disabled'],
    [429, 'too_many_open_predictions'],
  ];
  for (const [status, code] of errors) {
    const fail = (route: Route) => route.fulfill({ status, json: { code } });
    await page.route('**/retry', fail);
    await dialog.getByRole('button', { name: words.actions.retryNow(100) }).click();
    await expect(dialog.getByRole('alert')).toContainText(
      words.problems.sentences[code](pageProblem(code)),
    );
    await page.unroute('**/retry', fail);
  }
  // The user deletes the files on another device meanwhile.
  const headers = await authorization(page);
  await page.request.delete(`/api/predict/${idOf(address)}?only_if=ended`, { headers });
  await dialog.getByRole('button', { name: words.actions.retryNow(100) }).click();
  await expect(dialog.getByRole('alert')).toContainText(
    words.problems.sentences.input_expired(pageProblem('input_expired')),
  );
  await inspectInBoth(page, 'retry-refused');
});

test('without enough coins the dialog links to the coins instead of running again @slow', async ({
  page,
}) => {
  await finishedPrediction(page, words);
  await page.route('**/api/auth/balance', (route) => route.fulfill({ json: { balance: 30 } }));
  await page.reload();
  await expect(page.getByText(words.shell.balance(30))).toBeVisible();
  await page.getByRole('button', { name: words.actions.retry }).click();
  const dialog = retryDialog(page, words);
  await expect(dialog.getByText(words.submission.notEnough(70))).toBeVisible();
  await expect(dialog.getByRole('button', { name: words.actions.retryNow(100) })).toBeDisabled();
  await inspectInBoth(page, 'retry-not-enough');
  await dialog.getByRole('link', { name: words.coins.link }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.coins.title);
});
