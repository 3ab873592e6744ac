import type { Page } from '@playwright/test';
import { type ProblemCode, pageProblem } from '../src/api/problem';
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
import { newVoucher } from './vouchers';

// The coins screen: vouchers and the statement, and a start without enough coins.

async function openCoins(page: Page, words: Words, balance: number): Promise<void> {
  await page.getByRole('link', { name: words.shell.balance(balance) }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.coins.title);
}

async function redeem(page: Page, words: Words, code: string): Promise<void> {
  await page.getByLabel(words.coins.code).fill(code);
  await page.getByRole('button', { name: words.coins.redeem }).click();
}

function entryRows(page: Page, words: Words) {
  const table = page.getByRole('table', { name: words.coins.statementTitle });
  return table.getByRole('row').filter({ has: page.getByRole('cell') });
}

function expectFieldError(page: Page, words: Words, code: ProblemCode) {
  const sentence = words.problems.sentences[code](pageProblem(code));
  return expect(page.getByLabel(words.coins.code)).toHaveAccessibleDescription(
    new RegExp(sentence),
  );
}

for (const { code, locale, words } of LANGUAGES) {
  test.describe(`in ${code}`, () => {
    test.use({ locale });

    test('a voucher adds its coins once, and the statement has every entry @slow', async ({
      page,
    }) => {
      await register(page, words);
      await chooseFile(page, words, await sampleText(page), 'patients-10.csv');
      await start(page, words);
      await expect(patientRows(page, words)).toHaveCount(10);
      const address = page.url();
      await openCoins(page, words, 400);
      await expect(entryRows(page, words)).toHaveCount(2);
      await expect(entryRows(page, words).nth(0)).toContainText('−100');
      await expect(entryRows(page, words).nth(1)).toContainText('+500');
      await expect(page.getByText(words.coins.voucherSource)).toBeVisible();
      await inspect(page, `${code}-coins`);

      await page.getByRole('button', { name: words.coins.redeem }).click();
      await expect(page.getByLabel(words.coins.code)).toBeFocused();
      await redeem(page, words, 'ABCDE-ABCDE-ABCDE-ABCDE');
      await expectFieldError(page, words, 'unknown_voucher');
      await inspect(page, `${code}-coins-unknown-voucher`);

      const voucher = newVoucher(300);
      await redeem(page, words, voucher.toLowerCase());
      await expect(page.getByText(words.coins.redeemed(300, 700))).toBeVisible();
      await expect(page.getByRole('link', { name: words.shell.balance(700) })).toBeVisible();
      await expect(page.getByLabel(words.coins.code)).toHaveValue('');
      await expect(entryRows(page, words)).toHaveCount(3);
      await expect(entryRows(page, words).nth(0)).toContainText(words.coins.reasons.voucher);
      await inspect(page, `${code}-coins-redeemed`);

      await redeem(page, words, voucher);
      await expectFieldError(page, words, 'voucher_used');
      await expect(page.getByText(words.coins.redeemed(300, 700))).toHaveCount(0);

      await page.getByRole('link', { name: words.coins.reasons.prediction, exact: true }).click();
      await expect(patientRows(page, words)).toHaveCount(10);
      expect(page.url()).toBe(address);
    });

    test('missing coins are shown before the start, with a link to get more @slow', async ({
      page,
    }) => {
      test.slow();
      await register(page, words);
      const sample = await sampleText(page);
      for (const balance of [400, 300, 200, 100, 0]) {
        await page.goto('/#/new');
        await chooseFile(page, words, sample);
        await start(page, words);
        await expect(page.getByText(words.shell.balance(balance), { exact: true })).toBeVisible();
      }
      await expect(patientRows(page, words)).toHaveCount(10);
      await page.goto('/#/new');
      await chooseModel(page, 'lasso');
      await expect(page.getByText(words.submission.notEnough(100))).toBeVisible();
      await inspect(page, `${code}-not-enough-coins`);

      await chooseFile(page, words, sample);
      await expect(page.getByText(words.check.good(10))).toBeVisible();
      await expect(startButton(page, words)).toHaveAccessibleDescription(words.check.blocked.coins);
      await startButton(page, words).focus();
      await page.keyboard.press('Enter');
      await expect(startButton(page, words)).toBeFocused();
      await page.getByRole('main').getByRole('link', { name: words.coins.link }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.coins.title);
      await expect(entryRows(page, words)).toHaveCount(6);
    });
  });
}

const { words } = LANGUAGES[0];

test('a voucher sent again after a lost response has the same key and adds its coins once @slow', async ({
  page,
}) => {
  await register(page, words);
  await openCoins(page, words, 500);
  const keys: (string | undefined)[] = [];
  await page.route('**/api/billing/vouchers', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort('connectionfailed');
  });
  const voucher = newVoucher(300);
  await redeem(page, words, voucher);
  await expect(page.getByRole('alert')).toContainText(
    words.problems.sentences.network_down(pageProblem('network_down')),
  );
  await expect(page.getByLabel(words.coins.code)).toHaveValue(voucher);
  await page.getByRole('button', { name: words.coins.redeem }).click();
  await expect(page.getByText(words.coins.redeemed(300, 800))).toBeVisible();
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBeTruthy();
  expect(keys[1]).toBe(keys[0]);
});

test('the field shows that a voucher has expired', async ({ page }) => {
  await register(page, words);
  await openCoins(page, words, 500);
  await page.route('**/api/billing/vouchers', (route) =>
    route.fulfill({ status: 410, json: { code: 'voucher_expired', request_id: 'r-1' } }),
  );
  await redeem(page, words, 'ABCDE');
  await expectFieldError(page, words, 'voucher_expired');
});

test('a statement is loaded page by page, and unknown reasons are named after the sign', async ({
  page,
}) => {
  await register(page, words);
  const entry = (index: number, reason: string, amount: number) => ({
    entry_id: `e${index}`,
    amount,
    reason,
    prediction_id: null,
    created_at: '2026-01-02T03:04:05.000Z',
  });
  let failures = 1;
  await page.route('**/api/billing/ledger**', (route) => {
    const isFirst = !new URL(route.request().url()).searchParams.has('cursor');
    if (!isFirst && failures-- > 0) return route.abort('connectionfailed');
    const entries = isFirst
      ? [entry(1, 'gift', 7), entry(2, 'fee', -7)]
      : [entry(3, 'refund', 1500)];
    return route.fulfill({ json: { entries, next_cursor: isFirst ? 'c' : null } });
  });
  await openCoins(page, words, 500);
  await expect(entryRows(page, words).nth(0)).toContainText(words.coins.otherCredit);
  await expect(entryRows(page, words).nth(1)).toContainText(words.coins.otherCharge);
  await page.getByRole('button', { name: words.coins.more }).click();
  await page.getByRole('button', { name: words.problems.tryAgain }).click();
  await expect(entryRows(page, words)).toHaveCount(3);
  await expect(entryRows(page, words).nth(2)).toContainText('+1,500');
  await expect(page.getByRole('button', { name: words.coins.more })).toHaveCount(0);
});

test('an empty statement says so', async ({ page }) => {
  await register(page, words);
  await page.route('**/api/billing/ledger**', (route) =>
    route.fulfill({ json: { entries: [], next_cursor: null } }),
  );
  await openCoins(page, words, 500);
  await expect(page.getByText(words.coins.empty)).toBeVisible();
});
