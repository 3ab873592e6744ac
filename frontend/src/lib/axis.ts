// Places on a bar, in per cent of its width, so that a bar fits any width without script.

export interface IntervalPlace {
  start: number;
  end: number;
  point: number;
  /** The upper end is the horizon: the interval goes on past the axis. */
  open: boolean;
}

export function placeOnAxis(years: number, horizonYears: number): number {
  if (!(horizonYears > 0)) return 0;
  return Math.min(Math.max(years / horizonYears, 0), 1) * 100;
}

export function placeInterval(
  row: { years: number; lower: number; upper: number; upper_open: boolean },
  horizonYears: number,
): IntervalPlace {
  const start = placeOnAxis(row.lower, horizonYears);
  const end = row.upper_open ? 100 : placeOnAxis(row.upper, horizonYears);
  return {
    start,
    end: Math.max(start, end),
    point: placeOnAxis(row.years, horizonYears),
    open: row.upper_open,
  };
}

/** At most about five ticks, on whole years, and one at the end: 0, 2, 4, 6, 8 or 0, 2, 4, 6, 7. */
export function axisTicks(horizonYears: number): number[] {
  const step = Math.max(1, Math.round(horizonYears / 4));
  const ticks: number[] = [];
  for (let year = 0; year < horizonYears; year += step) ticks.push(year);
  ticks.push(horizonYears);
  return ticks;
}

export interface DivergingBar {
  start: number;
  width: number;
}

/** A bar from the middle: to the right for what is above zero, to the left for what is below. */
export function placeContribution(value: number, largest: number): DivergingBar {
  const width = largest > 0 ? Math.min(Math.abs(value) / largest, 1) * 50 : 0;
  return { start: value < 0 ? 50 - width : 50, width };
}
