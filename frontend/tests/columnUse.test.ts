import { expect, test } from 'vitest';
import { columnUse } from '../src/lib/columnUse';

const model = { used_columns: ['Age'], filling_columns: ['Sex'] };

test.each([
  ['Age', 'number', 'used'],
  ['Sex', 'category', 'filling'],
  ['Copper', 'number', 'unused'],
  ['ID', 'id', 'used'],
])('%s is %s: %s', (name, kind, use) => {
  expect(columnUse({ name, kind }, model)).toBe(use);
});

test('without a model nothing is greyed out', () => {
  expect(columnUse({ name: 'Copper', kind: 'number' }, null)).toBe('used');
});
