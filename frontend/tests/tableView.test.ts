import { expect, test } from 'vitest';
import { arrange, changeView, sortBy, tableViewOf, toggleRange } from '../src/state/tableView';

test('the patients with the lowest estimates come first', () => {
  expect(tableViewOf('a').value.arrangement).toMatchObject({ sortBy: 'years', descending: false });
});

test('the view of a result is remembered, and each result has its own', () => {
  const range = { from: 2, to: 4 };
  toggleRange(tableViewOf('b'), range);
  changeView(tableViewOf('b'), { visitedRow: 7 });
  expect(tableViewOf('b').value).toMatchObject({ visitedRow: 7, arrangement: { range } });
  expect(tableViewOf('c').value.arrangement.range).toBeNull();
});

test('a range that is chosen again is cleared', () => {
  const view = tableViewOf('d');
  toggleRange(view, { from: 2, to: 4 });
  toggleRange(view, { from: 6, to: null });
  expect(view.value.arrangement.range).toEqual({ from: 6, to: null });
  toggleRange(view, { from: 6, to: null });
  expect(view.value.arrangement.range).toBeNull();
});

test('a filter shows the first page of the sorted table', () => {
  const view = tableViewOf('e');
  changeView(view, { page: 3, isFileOrder: true, visitedRow: 9 });
  arrange(view, { imputed: true });
  expect(view.value).toMatchObject({ page: 0, isFileOrder: false, visitedRow: null });
});

test('sorting by the same column again turns the order', () => {
  const view = tableViewOf('f');
  sortBy(view, 'years');
  expect(view.value.arrangement.descending).toBe(true);
  sortBy(view, 'row');
  expect(view.value.arrangement).toMatchObject({ sortBy: 'row', descending: false });
});
