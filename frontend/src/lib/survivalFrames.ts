// Survival in both frames: how many of 100 similar patients are alive at a time, and how many died.

import type { Row } from '../api/types';
import { roundedPercent } from './interval';

export interface Frame {
  years: number;
  /** Of 100 patients. They and those who died always sum to 100. */
  alive: number;
}

/** The years that are offered beside the horizon itself. */
const YEARS = [1, 3, 5];
/** The year that is shown first. */
const FIRST = 5;

/** Return the frames at those years that the model predicts. Empty if it has no curve. */
export function framesOf({ survival }: Pick<Row, 'survival'>, horizon: number): Frame[] {
  return [...YEARS, horizon].flatMap((at) => {
    const point = survival.find(({ years }) => years === at && years <= horizon);
    return point ? [{ years: at, alive: roundedPercent(point.probability) }] : [];
  });
}

/** Return the frame at a year, else the one that is shown first. Null if there are none. */
export function frameAt(frames: readonly Frame[], chosen: number | null): Frame | null {
  const at = (wanted: number | null) => frames.find(({ years }) => years === wanted);
  return at(chosen) ?? at(FIRST) ?? frames.at(-1) ?? null;
}
