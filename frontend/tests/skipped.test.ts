import { expect, test } from 'vitest';
import { createApi } from '../src/api/endpoints';

test('skipped rows are separated from predicted rows', async () => {
  const errors = [{ row: 2, column: 'Bilirubin', value: 'x', code: 'not_a_number' }];
  const rows = [
    { row: 1, id: 'a', years: 4, lower: 2, upper: 8, upper_open: true, baseline: 6, errors: [] },
    { row: 2, id: null, years: null, errors },
    { row: 3, id: 'c', years: 5, lower: 2, upper: 8, upper_open: true, baseline: 6 },
  ];
  const response = { offset: 0, total: 3, rows, next_offset: null };
  const send = async () => new Response(JSON.stringify(response));
  const api = createApi('http://page.test/', send, send, send);

  const page = await api.rows('id', 0);

  expect(page.rows.map((row) => row.row)).toEqual([1, 3]);
  expect(page.skipped).toEqual([{ row: 2, id: null, errors }]);
});
