// The parameters with which to read a result: horizon, interval, band, and units.

import type { ContributionScale, Model, Prediction } from '../api/types';

/** The probabilities of death at the ends of an interval, such as 0.1 and 0.9. */
export type Quantiles = readonly [lower: number, upper: number];

export interface ResultParameters {
  /** In years. */
  horizon: number;
  /** Null for results of the models' versions 1, whose intervals had another meaning. */
  intervalQuantiles: Quantiles | null;
  modelVersion: string;
  hasCurve: boolean;
  /** The unit of the contributions. */
  scale: ContributionScale;
  /** The level of the band around the survival curve, or null if there is no band. */
  bandLevel: number | null;
  /** The units of the file's numbers, by column. */
  units: Readonly<Record<string, string>>;
}

/** The parameters of models that have been withdrawn from the catalogue. */
const DEFAULT: Pick<ResultParameters, 'horizon' | 'scale'> = { horizon: 8, scale: 'years' };

/**
 * Return a result's parameters. Those of the prediction come first: the model may have a newer
 * version.
 */
export function resultParametersOf(prediction: Prediction, model: Model | null): ResultParameters {
  return {
    horizon: prediction.horizon_years ?? model?.horizon_years ?? DEFAULT.horizon,
    intervalQuantiles: quantilesOf(prediction),
    modelVersion: prediction.model_version,
    hasCurve: (prediction.survival_years ?? []).length > 0,
    scale: prediction.contribution_scale ?? model?.contribution_scale ?? DEFAULT.scale,
    bandLevel: prediction.curve_band_level,
    units: prediction.units,
  };
}

function quantilesOf({ interval_quantiles }: Prediction): Quantiles | null {
  const [lower, upper] = interval_quantiles ?? [];
  return lower === undefined || upper === undefined ? null : [lower, upper];
}
