import type { ContributionScale, Model, Prediction } from '../api/types';

/** How the numbers of one result are to be read. */
export interface Reading {
  horizon: number;
  level: number;
  scale: ContributionScale;
  /** Of the band around the survival curve; null without one. */
  bandLevel: number | null;
}

/** What a model without an entry in the catalogue (one withdrawn since) was built with. */
const DEFAULT: Reading = { horizon: 8, level: 0.8, scale: 'years', bandLevel: null };

/** The prediction's own word goes before the model's: the model may have a newer version by now. */
export function readingOf(prediction: Prediction, model: Model | null): Reading {
  return {
    horizon: prediction.horizon_years ?? model?.horizon_years ?? DEFAULT.horizon,
    level: model?.interval_level ?? DEFAULT.level,
    scale: prediction.contribution_scale ?? model?.contribution_scale ?? DEFAULT.scale,
    bandLevel: prediction.curve_band_level,
  };
}
