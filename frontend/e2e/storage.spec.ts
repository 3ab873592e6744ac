import {
  chooseFile,
  expect,
  LANGUAGES,
  type Page,
  patientRows,
  registerByForm,
  start,
  test,
} from './page';

const words = LANGUAGES[0].words;
const CELL = 'sentinel-4711';
const FILE = [
  'ID,Age,Bilirubin,Albumin,Prothrombin,Edema,Name,Birth date',
  `${CELL},21464,1.4,3.5,12.2,N,${CELL},1970-01-01`,
].join('\n');

/** Everything that a browser keeps for a page, as text; IndexedDB and caches by what they hold. */
async function kept(page: Page): Promise<Record<string, string>> {
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
      workers: workers.map((each) => each.scope).join(),
      cookies: document.cookie,
      name: window.name,
      state: JSON.stringify(history.state),
      address: window.location.href,
    };
  });
}

test('after a whole walk the browser has kept the token for the tab, the language, and nothing of a patient', async ({
  page,
}) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'English' }).click();
  const person = await registerByForm(page, words);
  await chooseFile(page, words, FILE, 'ward-4711.csv');
  const personal = page.getByText(words.check.personal);
  await expect(personal).toBeVisible();
  await expect(personal.locator('xpath=following-sibling::dd[1]')).toHaveText('Name, Birth date');
  await start(page, words);
  await expect(patientRows(page, words)).toHaveCount(1);
  await patientRows(page, words).first().getByRole('button').click();
  await page.getByRole('link', { name: words.shell.predictions }).click();
  await expect(page.getByRole('link', { name: 'ward-4711.csv' })).toBeVisible();
  await page.getByRole('link', { name: words.profile.linkLabel(person.name) }).click();
  await expect(page.getByText(words.profile.intendedUse)).toBeVisible();

  const { local, session, ...others } = await kept(page);
  expect(JSON.parse(local ?? '')).toEqual({ language: 'en' });
  expect(Object.keys(JSON.parse(session ?? ''))).toEqual(['token']);
  const { address, ...elsewhere } = others;
  expect(elsewhere).toEqual({
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
  expect((await kept(page)).session).toBe('{}');
});
