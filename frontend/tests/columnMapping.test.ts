import { beforeEach, expect, test, vi } from 'vitest';
import { pageProblem } from '../src/api/problem';
import type { Finding, Preview } from '../src/api/types';
import {
  conflictsOf,
  headingsToRecall,
  headingsToRemember,
  initialMapping,
  type MappedColumn,
  needsMapping,
  optionsOfMapping,
  withKnownHeadings,
} from '../src/lib/columnMapping';
import { NO_READING } from '../src/lib/reading';
import { forgetHeadings, knownHeadings, rememberHeadings } from '../src/state/knownHeadings';
import { catalogueColumn, dryRun, previewColumn } from './fixtures';

const COLUMNS = [
  catalogueColumn('ID', { kind: 'id' }),
  catalogueColumn('Bilirubin', {
    required: true,
    unit: 'mg/dL',
    units: [
      { name: 'mg/dL', factor: 1 },
      { name: 'umol/L', factor: 17.1 },
    ],
  }),
  catalogueColumn('Ascites', { kind: 'category', allowed: ['N', 'Y'] }),
];
const columnByName = (name: string) => COLUMNS.find((column) => column.name === name) ?? null;

const PREVIEW: Preview = {
  columns: [
    previewColumn('code', null),
    previewColumn('Bilirubine', null, { suggestion: 'Bilirubin' }),
    previewColumn('Ascites', 'Ascites', { texts: ['1', '2', 'n'] }),
  ],
  rows: [
    { row: 1, cells: ['p1', '21', '1'] },
    { row: 2, cells: ['p2', '', '2'] },
    { row: 3, cells: ['p3', '21', 'n'] },
    { row: 4, cells: ['p4', '30', 'n'] },
  ],
};
const initial = () => initialMapping(PREVIEW, null, NO_READING, columnByName);

/** Return the first mapping with changes by the index of the column. */
function mappingWith(changes: Record<number, Partial<MappedColumn>>): MappedColumn[] {
  return initial().map((mapped, index) => ({ ...mapped, ...changes[index] }));
}

function readingWith(changes: Record<number, Partial<MappedColumn>>) {
  const first = initial();
  const mapping = first.map((mapped, index) => ({ ...mapped, ...changes[index] }));
  return optionsOfMapping(mapping, first, PREVIEW, NO_READING);
}

test('a suggestion is preselected and marked, but is no reading until it is confirmed', () => {
  expect(initial().map(({ column, isSuggested }) => [column, isSuggested])).toEqual([
    [null, false],
    ['Bilirubin', true],
    ['Ascites', false],
  ]);
  expect(readingWith({}).columns).toEqual({ Bilirubine: 'Bilirubin' });
});

test('a heading is not suggested again after the user left it out, or if its column is read', () => {
  const left = { ...NO_READING, columns: { Bilirubine: null } };
  expect(initialMapping(PREVIEW, null, left, columnByName)[1]?.isSuggested).toBe(false);
  const read = {
    ...PREVIEW,
    columns: [previewColumn('bili', 'Bilirubin'), ...PREVIEW.columns.slice(1)],
  };
  expect(initialMapping(read, null, NO_READING, columnByName)[1]?.column).toBeNull();
});

test('the first different values of a column are shown', () => {
  expect(initial().map(({ examples }) => examples)).toEqual([
    ['p1', 'p2', 'p3'],
    ['21', '30'],
    ['1', '2', 'n'],
  ]);
});

test('a text that is a value of the column is clear, and other texts are not', () => {
  expect(initial()[2]?.values).toEqual({ n: 'N' });
  const said = (kind: string, params: object) => ({
    kind,
    column: 'Ascites',
    text: '',
    params: { ...params },
  });
  const assumptions = [
    said('words', { words: { '1': 'Y' } }),
    said('missing_mark', { texts: ['2'] }),
  ];
  const report = dryRun({ assumptions });
  const [, , ascites] = initialMapping(PREVIEW, report, NO_READING, columnByName);
  expect(ascites?.values).toEqual({ '1': 'Y', '2': null, n: 'N' });
  const reading = { ...NO_READING, columnValues: { Ascites: { '2': 'N' } } };
  const [, , chosen] = initialMapping(PREVIEW, report, reading, columnByName);
  expect(chosen?.values).toEqual({ '1': 'Y', '2': 'N', n: 'N' });
});

test('a text that the service asks about is not clear, whatever it was read as', () => {
  const params = { words: { '1': 'Y' } };
  const assumptions = [{ kind: 'words', column: 'Ascites', text: '', params }];
  const question = { code: 'values_unclear', column: 'Ascites', texts: ['1', '2'] };
  const errors = [{ ...question, row: null, value: null, message: '' }];
  const report = dryRun({ assumptions, errors });
  expect(initialMapping(PREVIEW, report, NO_READING, columnByName)[2]?.values).toEqual({ n: 'N' });
});

test('only what the user changed is sent', () => {
  const reading = readingWith({
    1: { column: null },
    2: { values: { '1': 'Y', '2': 'N', n: 'N' } },
  });
  expect(reading).toEqual({
    ...NO_READING,
    columnValues: { Ascites: { '1': 'Y', '2': 'N', n: 'N' } },
  });
  expect(readingWith({ 1: { unit: 'umol/L' } }).columnUnits).toEqual({ Bilirubin: 'umol/L' });
});

test('units and values of a column that is no longer read are not sent', () => {
  const reading = {
    ...NO_READING,
    columnUnits: { Bilirubin: 'umol/L' },
    columnValues: { Ascites: { '1': 'Y' } },
  };
  const mapping = mappingWith({ 1: { column: null }, 2: { column: null } });
  expect(optionsOfMapping(mapping, initial(), PREVIEW, reading)).toEqual({
    ...NO_READING,
    columns: { Ascites: null },
  });
});

test('two headings cannot be the same column', () => {
  expect(conflictsOf(mappingWith({ 0: { column: 'Bilirubin' } }))).toEqual(
    new Map([['Bilirubin', ['code', 'Bilirubine']]]),
  );
  expect(conflictsOf(initial()).size).toBe(0);
});

const done = (errors: Finding[]) =>
  ({ state: 'done', report: dryRun({ errors: errors as never }) }) as const;

test('the mapping is needed for a refused header and for unclear values, not for a question that one click answers', () => {
  const problem = pageProblem('column_missing', { status: 422, preview: PREVIEW });
  expect(needsMapping({ state: 'failed', problem })).toBe(true);
  expect(needsMapping(done([{ row: null, code: 'values_unclear' }]))).toBe(true);
  expect(needsMapping(done([{ row: null, code: 'unit_suspected' }]))).toBe(false);
  expect(needsMapping(done([{ row: 4, code: 'unknown_category' }]))).toBe(false);
});

test('headings with a chosen meaning are remembered, but nothing that may be a cell', () => {
  const mapping = mappingWith({
    0: { column: 'ID' },
    1: { unit: 'umol/L' },
    2: { values: { '1': 'Y' } },
  });
  expect(headingsToRemember(mapping, PREVIEW, columnByName)).toEqual({
    Bilirubine: { column: 'Bilirubin', unit: 'umol/L' },
  });
  const remembered = (header: string) => {
    const preview = { ...PREVIEW, columns: [previewColumn(header, null)] };
    const chosen = [{ ...mapping[1], header }] as MappedColumn[];
    return Object.keys(headingsToRemember(chosen, preview, columnByName));
  };
  for (const cell of ['21.4', '21.4 H', 'N']) expect(remembered(cell)).toEqual([]);
  for (const heading of ['b1', 'TP', '1. Bilirubin'])
    expect(remembered(heading)).toEqual([heading]);
});

const KNOWN = { Bilirubine: { column: 'Bilirubin', unit: 'umol/L' } };
const refused = {
  state: 'failed',
  problem: pageProblem('column_missing', { status: 422, preview: PREVIEW }),
} as const;

test('a remembered heading is used for a file that needs it', () => {
  const recalled = headingsToRecall(refused, KNOWN, NO_READING, columnByName);
  expect(recalled).toEqual(KNOWN);
  expect(withKnownHeadings(NO_READING, recalled)).toEqual({
    ...NO_READING,
    columns: { Bilirubine: 'Bilirubin' },
    columnUnits: { Bilirubin: 'umol/L' },
  });
});

test('a remembered heading is not used if another one is its column, or the catalogue has changed', () => {
  const preview = {
    ...PREVIEW,
    columns: [...PREVIEW.columns, previewColumn('Bilirubin', 'Bilirubin')],
  };
  const report = { state: 'done', report: dryRun({ preview }) } as const;
  expect(headingsToRecall(report, KNOWN, NO_READING, columnByName)).toEqual({});
  const gone = { Bilirubine: { column: 'Gone', unit: null } };
  expect(headingsToRecall(refused, gone, NO_READING, columnByName)).toEqual({});
});

test('a remembered unit is used only if the service suspects the same one', () => {
  const preview = { ...PREVIEW, columns: [previewColumn('Bilirubine', 'Bilirubin')] };
  const withHint = (hint_unit: string) => {
    const finding = {
      row: null,
      value: null,
      column: 'Bilirubin',
      code: 'unit_suspected',
      message: '',
      hint_unit,
    };
    return { state: 'done', report: dryRun({ preview, errors: [finding] }) } as const;
  };
  const recall = (check: Parameters<typeof headingsToRecall>[0]) =>
    headingsToRecall(check, KNOWN, NO_READING, columnByName);
  expect(recall(withHint('umol/L'))).toEqual(KNOWN);
  expect(recall(withHint('g/L'))).toEqual({});
  expect(recall({ state: 'done', report: dryRun({ preview }) })).toEqual({});
});

const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
});

test('choices are remembered until they are forgotten', () => {
  rememberHeadings({});
  expect(stored.size).toBe(0);
  rememberHeadings(KNOWN);
  rememberHeadings({ chol: { column: 'Cholesterol', unit: null } });
  expect(Object.keys(knownHeadings())).toEqual(['Bilirubine', 'chol']);
  forgetHeadings(KNOWN);
  expect(Object.keys(knownHeadings())).toEqual(['chol']);
  forgetHeadings(knownHeadings());
  expect(stored.size).toBe(0);
});

test('a damaged or forbidden storage remembers nothing', () => {
  stored.set('headings', '{');
  expect(knownHeadings()).toEqual({});
  vi.stubGlobal('localStorage', undefined);
  rememberHeadings(KNOWN);
  expect(knownHeadings()).toEqual({});
});
