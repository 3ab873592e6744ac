import { expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { survivalAt } from '../src/lib/curve';
import {
  countOf,
  largestBin,
  strataCurves,
  strataOf,
  strataStarts,
  wholePercents,
  wholeStrataCurves,
} from '../src/lib/strata';
import { modelCard, patientRow } from './fixtures';

const halfYears = (horizon: number) =>
  Array.from({ length: horizon * 2 + 1 }, (_, index) => index / 2);

/** Return bins of half a year with the numbers of patients by the start of the bin. */
function bins(horizon: number, patients: Record<number, number>) {
  const edges = halfYears(horizon);
  return { edges, counts: edges.slice(0, -1).map((edge) => patients[edge] ?? 0) };
}

test.each([
  [7, [0, 2, 4, 6]],
  [8, [0, 2, 4, 6]],
  [3, [0, 1, 2]],
  [12, [0, 3, 6, 9]],
  [0, [0]],
])('strata for a horizon of %d years', (horizon, starts) => {
  expect(strataStarts(horizon)).toEqual(starts);
});

test('every patient belongs to the stratum of the start of their bin', () => {
  const cohort = bins(7, { 0: 1, 1.5: 2, 2: 4, 5.5: 8, 6: 16, 6.5: 32 });
  expect(strataOf(cohort).map(({ from, to, count }) => [from, to, count])).toEqual([
    [0, 2, 3],
    [2, 4, 4],
    [4, 6, 8],
    [6, null, 48],
  ]);
  expect(countOf(cohort)).toBe(63);
});

test('values that an older result does not have are null', () => {
  expect(strataOf(bins(8, { 0: 1 }))[0]).toMatchObject({
    meanYears: null,
    imputed: null,
    outOfRange: null,
    survival: null,
  });
});

test('means are weighted by the patients of each bin', () => {
  const cohort = bins(8, { 0: 1, 1: 3 });
  const valuesByBin = <Value>(first: Value, third: Value, empty: Value) =>
    cohort.counts.map((_, bin) => (bin === 0 ? first : bin === 2 ? third : empty));
  const [first, second] = strataOf({
    ...cohort,
    mean_years: valuesByBin<number | null>(0.2, 1.4, null),
    survival: valuesByBin<number[]>([0.4, 0.2], [0.8, 0.6], []),
    imputed: valuesByBin(1, 2, 0),
    out_of_range: valuesByBin(0, 3, 0),
  });
  expect(first).toMatchObject({ count: 4, imputed: 3, outOfRange: 3 });
  expect(first?.meanYears).toBeCloseTo(1.1);
  expect(first?.survival?.[0]).toBeCloseTo(0.7);
  expect(first?.survival?.[1]).toBeCloseTo(0.5);
  expect(second).toMatchObject({ count: 0, meanYears: null, imputed: 0, survival: null });
});

test('a model without a curve has no mean curves', () => {
  const cohort = bins(8, { 0: 2 });
  const survival = cohort.counts.map(() => []);
  expect(strataCurves(strataOf({ ...cohort, survival }), [])).toEqual([]);
});

test('a mean curve starts with all patients alive, and an empty stratum has no curve', () => {
  const cohort = bins(8, { 0: 2 });
  const survival = cohort.counts.map((count) => (count > 0 ? [0.5, 0.25] : []));
  const curves = strataCurves(strataOf({ ...cohort, survival }), [1, 5]);
  expect(curves.map(({ stratum }) => stratum.from)).toEqual([0]);
  expect(curves[0]?.points).toEqual([
    { years: 0, probability: 1 },
    { years: 1, probability: 0.5 },
    { years: 5, probability: 0.25 },
  ]);
  expect(strataCurves(strataOf({ ...cohort, survival }), [1, 3, 5])).toEqual([]);
});

test('the whole curve of a stratum is the mean of the curves of its patients', () => {
  const card = modelCard('mayo');
  const strata = strataOf(bins(7, { 0.5: 1, 2: 1, 3.5: 1, 6.5: 1 }));
  const baselines = [
    { years: 0.9, baseline: 9 },
    { years: 2, baseline: 8 },
    { years: 3.9, baseline: 7 },
    { years: 7, baseline: 4 },
  ];
  const curves = wholeStrataCurves(strata, baselines.map(patientRow), 7, card);
  const atFive = strata.map(
    (stratum) => curves.get(stratum)?.find(({ years }) => years === 5)?.probability,
  );
  const survival = (score: number) => survivalAt(5, score, card);
  expect(atFive[0]).toBeCloseTo(survival(9), 12);
  expect(atFive[1]).toBeCloseTo((survival(8) + survival(7)) / 2, 12);
  expect(atFive[3]).toBeCloseTo(survival(4), 12);
});

test.each([
  [
    [1, 1, 1],
    [34, 33, 33],
  ],
  [
    [33, 59, 92, 234],
    [8, 14, 22, 56],
  ],
  [
    [1, 2, 2, 3],
    [13, 25, 25, 37],
  ],
  [
    [1, 999],
    [0, 100],
  ],
  [
    [0, 5],
    [0, 100],
  ],
  [
    [0, 0],
    [0, 0],
  ],
  [[], []],
])('the shares of %j sum to 100%', (counts, percents) => {
  expect(wholePercents(counts)).toEqual(percents);
});

test('a share is printed as 0% only if it is none, and as 100% only if it is all', () => {
  const counts = [1, 999, 0];
  const shares = wholePercents(counts).map((percent, index) =>
    en.format.share(counts[index] ?? 0, 1000, percent / 100),
  );
  expect(shares).toEqual(['<1%', '>99%', '0%']);
  expect(en.format.share(5, 5, 1)).toBe('100%');
});

test('the largest bin is the first of equal ones', () => {
  expect(largestBin(bins(8, { 3: 5, 7.5: 5, 1: 2 }))).toEqual({ from: 3, to: 3.5, count: 5 });
  expect(largestBin(bins(8, { 7.5: 5 }))).toEqual({ from: 7.5, to: null, count: 5 });
});

test('the name of a range says where its ends belong', () => {
  const ranges: [number, number | null][] = [
    [0, 2],
    [2, 4],
    [1, 1.5],
    [6, null],
    [7.5, null],
  ];
  const names = ({ tableFilter }: typeof en) =>
    ranges.map(([from, to]) => tableFilter.range(from, to).replaceAll('\u00a0', ' '));
  expect(names(en)).toEqual([
    'under 2 years',
    '2 to under 4 years',
    '1 to under 1.5 years',
    '6 years or more',
    '7.5 years or more',
  ]);
  expect(names(ru)).toEqual([
    'менее 2 лет',
    'от 2 до менее 4 лет',
    'от 1 до менее 1,5 года',
    '6 лет и более',
    '7,5 года и более',
  ]);
});
