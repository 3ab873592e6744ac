// d3-scale and d3-shape do the same and much more: twelve kilobytes that a page would wait for.

/** From what is measured to a place in the picture. */
export interface Scale {
  (value: number): number;
  start: number;
  end: number;
  /** About so many round numbers, from the first in the domain to the last. */
  ticks: (count: number) => number[];
}

type Pair = readonly [number, number];

export function linearScale([from, to]: Pair, [start, end]: Pair): Scale {
  const place = (value: number) =>
    to === from ? start : start + ((value - from) / (to - from)) * (end - start);
  return Object.assign(place, { start, end, ticks: (count: number) => ticksOf(from, to, count) });
}

function ticksOf(from: number, to: number, count: number): number[] {
  const step = roundStep((to - from) / count);
  const first = Math.ceil(from / step);
  const length = Math.floor(to / step) - first + 1;
  return Array.from({ length: Math.max(0, length) }, (_, index) => (first + index) * step);
}

/** The next 1, 2, 5, 10, 20, ...: what is counted here is whole. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return power * ([1, 2, 5].find((digit) => digit * power >= least) ?? 10);
}

/** The end of an axis from zero that holds so much and ends with a round number. */
export function roundEnd(most: number, count: number): number {
  const step = roundStep(most / count);
  return Math.max(1, Math.ceil(most / step)) * step;
}

export type Place = readonly [x: number, y: number];

/** Straight lines from place to place. */
export function linePath(places: readonly Place[]): string {
  return `M${places.join('L')}`;
}
