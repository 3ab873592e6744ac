// The published Mayo score and its survival curve, computed from the model's card.

import type { CurveCard } from '../api/types';
import { cumulativeHazard, survivalAt } from './curve';

/** The fields of a card that a score is computed from. See docs/models.md. */
export interface ScoreCard extends CurveCard {
  intercept: number;
  horizon_years: number;
  survival_years: readonly number[];
  features: readonly Feature[];
}

interface Feature {
  column: string;
  transform: string;
  /** The number of each category. */
  codes: Readonly<Record<string, number>> | null;
  coefficient: number;
  mean: number;
  scale: number;
}

/** Values by column: numbers in the column's own unit, codes of categories. */
export type ScoreValues = Readonly<Record<string, number | string>>;

export interface Score {
  score: number;
  /** The mean number of years within the horizon. */
  years: number;
  survival: { years: number; probability: number }[];
}

/** Return the columns of the score that have no value. */
export function missingColumns({ features }: ScoreCard, values: ScoreValues): string[] {
  return features.map(({ column }) => column).filter((column) => values[column] === undefined);
}

/** Return the score of a patient with a value in every column, and what its curve says. */
export function scoreOf(card: ScoreCard, values: ScoreValues): Score {
  const score = card.features.reduce(
    (sum, feature) =>
      sum + (feature.coefficient * (encode(feature, values) - feature.mean)) / feature.scale,
    card.intercept,
  );
  return {
    score,
    years: meanYears(score, card),
    survival: card.survival_years.map((years) => ({
      years,
      probability: survivalAt(years, score, card),
    })),
  };
}

function encode({ column, transform, codes }: Feature, values: ScoreValues): number {
  const value = values[column] ?? Number.NaN;
  const number = typeof value === 'number' ? value : (codes?.[value] ?? Number.NaN);
  return transform === 'log' ? Math.log(number) : number;
}

/** Return the area under the curve up to the horizon. The hazard is constant between two knots. */
function meanYears(score: number, card: ScoreCard): number {
  const { horizon_years: horizon, baseline } = card;
  const knots = [...baseline.years.filter((years) => years < horizon), horizon];
  return knots.slice(1).reduce((area, end, index) => {
    const start = knots[index] ?? 0;
    const hazard = cumulativeHazard(start, score, card);
    const step = cumulativeHazard(end, score, card) - hazard;
    // The mean of exp(-x) while x grows linearly from 0 to `step`.
    const share = step > 0 ? -Math.expm1(-step) / step : 1;
    return area + (end - start) * Math.exp(-hazard) * share;
  }, 0);
}
