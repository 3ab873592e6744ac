// The linear scale of d3-scale brings its colours, dates and formats along: nine of the sixty
// kilobytes that the page may have. Its ticks come from d3-array, and the rest is one line.
import { nice, ticks } from 'd3-array';

/** From what is measured to a place in the picture. */
export interface Scale {
  (value: number): number;
  start: number;
  end: number;
  /** About so many round numbers within the domain; whole ones, since whole things are counted. */
  ticks: (count: number) => number[];
}

type Pair = readonly [number, number];

export function linearScale([from, to]: Pair, [start, end]: Pair): Scale {
  const place = (value: number) =>
    to === from ? start : start + ((value - from) / (to - from)) * (end - start);
  const wholes = (count: number) => ticks(from, to, count).filter(Number.isInteger);
  return Object.assign(place, { start, end, ticks: wholes });
}

/** The end of an axis from zero that holds so much and ends with a tick. */
export function roundEnd(most: number, count: number): number {
  return nice(0, Math.max(1, most), count)[1];
}
