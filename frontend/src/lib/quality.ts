import type { Dictionary } from '../i18n';

/** A model card's figures in plain words; a figure that the card lacks has no sentence. */
export function qualitySentences(
  quality: Record<string, unknown>,
  dictionary: Dictionary,
): string[] {
  const words = dictionary.quality;
  const told: [key: string, sentence: (figure: number) => string][] = [
    ['ipcw_mae_8y', words.error],
    ['share_within_1_5_years', words.within],
    ['mae_died_within_horizon', words.errorKnown],
    ['c_index', words.ranking],
    ['interval_coverage', words.coverage],
  ];
  return told.flatMap(([key, sentence]) => {
    const figure = quality[key];
    return typeof figure === 'number' ? [sentence(figure)] : [];
  });
}
