// Positions on a horizontal bar in per cent of its width, so that the bar fits any width.

export interface IntervalPlace {
  start: number;
  end: number;
  point: number;
  /** Whether the interval continues beyond the horizon, where the axis ends. */
  open: boolean;
}

/** Return the position of `years` in per cent of the axis, clamped to 0 and 100. */
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

/**
 * Return about five ticks in whole years, the last one at the horizon, such as 0, 2, 4, 6 and 7 for
 * a horizon of 7 years.
 */
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

/**
 * Return a bar that starts in the middle: to the right if the value is positive, to the left if
 * negative.
 */
export function placeContribution(value: number, largest: number): DivergingBar {
  const width = largest > 0 ? Math.min(Math.abs(value) / largest, 1) * 50 : 0;
  return { start: value < 0 ? 50 - width : 50, width };
}
