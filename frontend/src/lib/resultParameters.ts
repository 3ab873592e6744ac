// The parameters with which to read a result: horizon, levels, and the unit of its contributions.

import type { ContributionScale, Model, Prediction } from '../api/types';

export interface ResultParameters {
  /** In years. */
  horizon: number;
  /** The coverage that the interval aims at, such as 0.8. */
  intervalLevel: number;
  /** The unit of the contributions. */
  scale: ContributionScale;
  /** The level of the band around the survival curve, or null if there is no band. */
  bandLevel: number | null;
}

/** The parameters of models that have been withdrawn from the catalogue. */
const DEFAULT: ResultParameters = {
  horizon: 8,
  intervalLevel: 0.8,
  scale: 'years',
  bandLevel: null,
};

/**
 * Return a result's parameters. Those of the prediction come first: the model may have a newer
 * version.
 */
export function resultParametersOf(prediction: Prediction, model: Model | null): ResultParameters {
  return {
    horizon: prediction.horizon_years ?? model?.horizon_years ?? DEFAULT.horizon,
    intervalLevel: model?.interval_level ?? DEFAULT.intervalLevel,
    scale: prediction.contribution_scale ?? model?.contribution_scale ?? DEFAULT.scale,
    bandLevel: prediction.curve_band_level,
  };
}
