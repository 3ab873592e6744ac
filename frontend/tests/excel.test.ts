import { afterEach, expect, test, vi } from 'vitest';
import { csvForExcel, excelFile, excelName } from '../src/lib/excel';

const CSV = [
  'row,ID,years,lower_10,mayo_score,imputed_values,model_version,error',
  '1,p1.5,7.25,-0.5,5.07,Copper:71.5;Stage:2.9,2.1,',
  `2,"'=1+1;x",8.0,1e-06,1.5e-05,,2.1,"He said ""no"", twice\n1.5"`,
  '',
].join('\n');

test('in Russian, cells are separated by semicolons and only numbers have decimal commas', () => {
  expect(csvForExcel(CSV, 'ru').split('\n')).toEqual([
    '\ufeffrow;ID;years;lower_10;mayo_score;imputed_values;model_version;error',
    '1;p1.5;7,25;-0,5;5,07;"Copper:71.5;Stage:2.9";2.1;',
    `2;"'=1+1;x";8,0;1e-06;1,5e-05;;2.1;"He said ""no"", twice`,
    '1.5"',
    '',
  ]);
});

/** Return the ID as it is written for Excel. */
function idForExcel(id: string, language: 'en' | 'ru'): string {
  const separator = language === 'ru' ? ';' : ',';
  return (
    csvForExcel(`row,ID,years\n1,${id},8\n`, language).split('\n')[1]?.split(separator)[1] ?? ''
  );
}

test.each([
  '0012',
  '1234567890123456',
  '3-5',
  '1/2',
  '1.50',
  '1e5',
  '10:30',
  '01.02.2003',
  'MAR1',
  '5 May',
  '1-дек',
])('the ID %s is a formula, because Excel would change it', (id) => {
  expect(idForExcel(id, 'en')).toBe(`"=""${id}"""`);
  expect(idForExcel(id, 'ru')).toBe(`"=""${id}"""`);
});

test.each(['0', '12', '123456789012345', 'p-1', 'Marta', '12a', "'-5", `"a ""b"""`, ''])(
  'the ID %s stays as it is',
  (id) => {
    expect(idForExcel(id, 'en')).toBe(id);
    expect(idForExcel(id, 'ru')).toBe(id);
  },
);

test('a quoted ID with a decimal comma is a formula too', () => {
  expect(csvForExcel('row,ID\n1,"1,5"\n', 'en')).toContain('1,"=""1,5"""\n');
});

test('in English, the file differs from the CSV only in the byte order mark', () => {
  expect(csvForExcel(CSV, 'en')).toBe(`\ufeff${CSV}`);
});

const URL_OF_CSV =
  'https://bucket.test/results/1.csv?response-content-disposition=attachment%3B%20filename%3D%22prediction-lasso.csv%22';

test('the file is named after the CSV', () => {
  expect(excelName(URL_OF_CSV)).toBe('prediction-lasso-excel.csv');
  expect(excelName('https://bucket.test/results/1.csv')).toBe('result-excel.csv');
});

afterEach(() => vi.unstubAllGlobals());

test('the browser keeps no copy of the result', async () => {
  const fetcher = vi.fn(async () => new Response(CSV));
  vi.stubGlobal('fetch', fetcher);
  const file = await excelFile(URL_OF_CSV, 'ru');
  expect(file.name).toBe('prediction-lasso-excel.csv');
  expect(fetcher).toHaveBeenCalledWith(
    URL_OF_CSV,
    expect.objectContaining({ cache: 'no-store', credentials: 'omit' }),
  );
});

test('a result that has expired or cannot be reached is a problem with a sentence', async () => {
  vi.stubGlobal('fetch', async () => new Response('<Error/>', { status: 404 }));
  await expect(excelFile(URL_OF_CSV, 'ru')).rejects.toMatchObject({
    problem: { code: 'result_expired' },
  });
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('offline');
  });
  await expect(excelFile(URL_OF_CSV, 'ru')).rejects.toMatchObject({
    problem: { code: 'network_down' },
  });
});
