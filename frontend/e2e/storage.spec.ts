import {
  chooseFile,
  expect,
  LANGUAGES,
  type Page,
  patientRows,
  registerByForm,
  start,
  test,
} from './support';

// What the browser stores: no patient data.

const words = LANGUAGES[0].words;
const CELL = 'sentinel-4711';
const FILE = [
  'ID,Age,Bilirubin,Albumin,Prothrombin,Edema,Name,Birth date',
  `${CELL},21464,1.4,3.5,12.2,N,${CELL},1970-01-01`,
].join('\n');

/** Return everything that the browser stores for the page, as text. */
async function storedData(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async () => {
    const databases = await Promise.all(
      (await indexedDB.databases()).map(({ name }) => name ?? 'a database without a name'),
    );
    const caches = await globalThis.caches.keys();
    const workers = await navigator.serviceWorker.getRegistrations();
    return {
      local: JSON.stringify({ ...localStorage }),
      session: JSON.stringify({ ...sessionStorage }),
      databases: databases.join(),
      caches: caches.join(),
      workers: workers.map(({ scope }) => scope).join(),
      cookies: document.cookie,
      name: window.name,
      state: JSON.stringify(history.state),
      address: window.location.href,
    };
  });
}

test('after all steps the browser stores the token, the language and no patient data', async ({
  page,
}) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'English' }).click();
  const user = await registerByForm(page, words);
  await chooseFile(page, words, FILE, 'ward-4711.csv');
  const term = page.getByText(words.check.personalColumns);
  await expect(term).toBeVisible();
  await expect(term.locator('xpath=following-sibling::dd[1]')).toHaveText('Name, Birth date');
  await start(page, words);
  await expect(patientRows(page, words)).toHaveCount(1);
  await patientRows(page, words).first().getByRole('button').click();
  await page.getByRole('link', { name: words.shell.predictions }).click();
  await expect(page.getByRole('link', { name: 'ward-4711.csv' })).toBeVisible();
  await page.getByRole('link', { name: words.profile.linkLabel(user.name) }).click();
  await expect(page.getByText(words.profile.intendedUse)).toBeVisible();

  const { local, session, address, ...otherData } = await storedData(page);
  expect(JSON.parse(local ?? '')).toEqual({ language: 'en' });
  expect(Object.keys(JSON.parse(session ?? ''))).toEqual(['token']);
  expect(otherData).toEqual({
    databases: '',
    caches: '',
    workers: '',
    cookies: '',
    name: '',
    state: 'null',
  });
  expect(address).not.toContain(CELL);

  await page.getByRole('button', { name: words.shell.logOut, exact: true }).click();
  await expect(page.getByRole('link', { name: words.shell.logIn }).first()).toBeVisible();
  expect((await storedData(page)).session).toBe('{}');
});
