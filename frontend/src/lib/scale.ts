// A linear scale for plots. d3-scale would add nine kilobytes to the page.

import { nice, ticks } from 'd3-array';

/** A function from a value to its position in the plot. */
export interface Scale {
  (value: number): number;
  start: number;
  end: number;
  /** Return about `count` round whole numbers within the domain. */
  ticks: (count: number) => number[];
}

type Pair = readonly [number, number];

/** Return the scale that maps the domain `from`..`to` to the positions `start`..`end`. */
export function linearScale([from, to]: Pair, [start, end]: Pair): Scale {
  const position = (value: number) =>
    to === from ? start : start + ((value - from) / (to - from)) * (end - start);
  const wholeTicks = (count: number) => ticks(from, to, count).filter(Number.isInteger);
  return Object.assign(position, { start, end, ticks: wholeTicks });
}

/** Return the end of an axis from zero that holds `maximum` and ends with a tick. */
export function niceAxisEnd(maximum: number, tickCount: number): number {
  return nice(0, Math.max(1, maximum), tickCount)[1];
}
