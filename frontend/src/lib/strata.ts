// Groups of patients (strata) by expected years, summed up from the bins of a result's cohort.

import type { Cohort, CurveCard, Row } from '../api/types';
import { meanOfCurves } from './curve';
import { contributionTotal } from './patientRow';
import { isInRange, type YearRange } from './rowTable';

/**
 * Bins of the cohort. Older results have only edges and counts. If the model has no survival curve,
 * the lists in `survival` are empty.
 */
export type Bins = Pick<
  Cohort,
  'edges' | 'counts' | 'mean_years' | 'survival' | 'imputed' | 'out_of_range'
>;

/** The patients with expected years >= `from` and < `to`. The last stratum has no upper limit. */
export interface Stratum {
  from: number;
  to: number | null;
  count: number;
  /** Null if an older result does not have it, or if the stratum is empty. */
  meanYears: number | null;
  imputed: number | null;
  outOfRange: number | null;
  survival: number[] | null;
}

/**
 * Return the starts of up to four strata in whole years. For a horizon of 7 or 8 years they are 0,
 * 2, 4 and 6.
 */
export function strataStarts(horizonYears: number): number[] {
  const step = Math.max(1, Math.ceil(horizonYears / 4));
  const starts = [0];
  for (let years = step; years < horizonYears; years += step) starts.push(years);
  return starts;
}

export function strataOf(bins: Bins): Stratum[] {
  const starts = strataStarts(bins.edges.at(-1) ?? 0);
  return starts.map((from, index) => stratumOf(bins, from, starts[index + 1] ?? null));
}

function stratumOf(bins: Bins, from: number, to: number | null): Stratum {
  const members = bins.counts
    .map((_, bin) => bin)
    .filter((bin) => {
      const start = bins.edges[bin] ?? 0;
      return start >= from && (to === null || start < to);
    });
  const sum = (values: readonly number[] | undefined) =>
    values ? members.reduce((total, bin) => total + (values[bin] ?? 0), 0) : null;
  return {
    from,
    to,
    count: sum(bins.counts) ?? 0,
    meanYears: weightedMean(bins, members, bins.mean_years),
    imputed: sum(bins.imputed),
    outOfRange: sum(bins.out_of_range),
    survival: meanCurve(bins, members),
  };
}

/** Return the mean of the bins' values, weighted by their numbers of patients. */
function weightedMean(
  bins: Bins,
  members: readonly number[],
  values: readonly (number | null | undefined)[] | undefined,
): number | null {
  let total = 0;
  let weight = 0;
  for (const bin of members) {
    const count = bins.counts[bin] ?? 0;
    const value = values?.[bin];
    if (count === 0 || value == null) continue;
    total += value * count;
    weight += count;
  }
  return weight > 0 ? total / weight : null;
}

function meanCurve(bins: Bins, members: readonly number[]): number[] | null {
  const curves = bins.survival ?? [];
  const points = Math.max(0, ...curves.map((curve) => curve.length));
  if (points === 0) return null;
  const means = Array.from({ length: points }, (_, point) =>
    weightedMean(
      bins,
      members,
      curves.map((curve) => curve[point]),
    ),
  );
  return means.every((mean) => mean !== null) ? means : null;
}

interface CurvePoint {
  years: number;
  probability: number;
}

export interface StratumCurve {
  stratum: Stratum;
  points: CurvePoint[];
}

/** Return the mean survival curves with their starts. Strata without patients have no curve. */
export function strataCurves(
  strata: readonly Stratum[],
  survivalYears: readonly number[],
): StratumCurve[] {
  return strata.flatMap((stratum) => {
    const { survival } = stratum;
    if (survival === null || survival.length !== survivalYears.length) return [];
    const points = survivalYears.map((years, index) => ({
      years,
      probability: survival[index] ?? 0,
    }));
    return [{ stratum, points: [{ years: 0, probability: 1 }, ...points] }];
  });
}

/** Return the mean curve of each stratum up to `end`, computed from the curves of all patients. */
export function wholeStrataCurves(
  strata: readonly Stratum[],
  rows: readonly Row[],
  end: number,
  card: CurveCard,
): ReadonlyMap<Stratum, CurvePoint[]> {
  const meanOf = ({ from, to }: Stratum) => {
    const members = rows.filter(({ years }) => years >= from && (to === null || years < to));
    return meanOfCurves(members.map(contributionTotal), end, card);
  };
  return new Map(strata.map((stratum) => [stratum, meanOf(stratum)]));
}

/**
 * Return the shares of the counts in whole percent. Unlike shares that are rounded one by one, they
 * sum to 100: those with the largest remainders are rounded up.
 */
export function wholePercents(counts: readonly number[]): number[] {
  const all = counts.reduce((total, count) => total + count, 0);
  if (all === 0) return counts.map(() => 0);
  const percents = counts.map((count) => Math.floor((count * 100) / all));
  const missing = 100 - percents.reduce((total, percent) => total + percent, 0);
  const remainder = (index: number) => ((counts[index] ?? 0) * 100) % all;
  const largest = counts.map((_, index) => index).sort((a, b) => remainder(b) - remainder(a));
  for (const index of largest.slice(0, missing)) percents[index] = (percents[index] ?? 0) + 1;
  return percents;
}

/** Return the years of a bin. The last one includes the horizon. */
export function rangeOf({ edges, counts }: Bins, bin: number): YearRange {
  return { from: edges[bin] ?? 0, to: bin === counts.length - 1 ? null : (edges[bin + 1] ?? null) };
}

/** Return the bin with the most patients. Of equal bins, the first. */
export function largestBin(bins: Bins) {
  const count = Math.max(0, ...bins.counts);
  return { ...rangeOf(bins, bins.counts.indexOf(count)), count };
}

/** Return the number of patients in a range of years, which begins and ends at edges of bins. */
export function countInRange({ edges, counts }: Bins, range: YearRange): number {
  return counts.reduce(
    (total, count, bin) => total + (isInRange(edges[bin] ?? 0, range) ? count : 0),
    0,
  );
}

export function countOf(bins: Pick<Cohort, 'counts'>): number {
  return bins.counts.reduce((total, count) => total + count, 0);
}
