// The texts of the choice between models, and of the comparison of models for one patient.

import { createFormat } from '../format';
import { coins, patients, wholeYears } from './nouns';

const format = createFormat('en');

interface Group {
  predicted: number;
  observed: number;
}

export const models = {
  recommended: 'Recommended',
  figures: (horizon: number, calibration: number, concordance: number, error: number) =>
    `${wholeYears(horizon)} ahead: calibration ${format.hundredth(calibration)} years, concordance ${format.hundredth(concordance)}, error ${format.hundredth(error)} years.`,
  tableTitle: (horizon: number) => `All models, ${wholeYears(horizon)} ahead`,
  model: 'Model',
  calibration: 'Calibration, years',
  concordance: 'Concordance',
  error: 'Error, years',
  plusMinus: (value: number, se: number) => `${format.hundredth(value)} ± ${format.hundredth(se)}`,
  constant: (horizon: number) => `“Everybody lives ${wholeYears(horizon)}”`,
  tableHint:
    'Measured in patients that the model had not seen (5 × 5-fold cross-validation; ± is the standard error). Calibration: how far the estimates of a group are from the years that it lived; less is better. Concordance: how often the one of two patients who lives longer has the higher estimate; 0.5 is chance, 1 is perfect. Error: how far one patient’s estimate is from the years lived.',
  ownPatients: (title: string) =>
    `“${title}” was made from 312 of these 418 patients, so its figures may look better than they are.`,
  refitted: (title: string, horizon: number) =>
    `“${title}” has no curve, so it was fitted again for ${wholeYears(horizon)}.`,
  plot: 'Calibration plot',
  plotAltText: (groups: readonly Group[], horizon: number) =>
    `Estimated and lived years of four groups of patients within ${wholeYears(horizon)}: ${groups
      .map(
        ({ predicted, observed }) =>
          `${format.tenth(predicted)} estimated, ${format.tenth(observed)} lived`,
      )
      .join('; ')}.`,
  plotHint:
    'Each point is a quarter of the patients. On the line, the group lived as long as estimated; above it, longer. The bars are 95% ranges.',
  estimated: 'Estimated years',
  lived: 'Lived years',
  plotNotLoaded: 'The plot could not be loaded.',
  uses: 'What it uses',
  usesColumns: (columns: string) => `Uses: ${columns}.`,
  fillsColumns: (columns: string) => `Only to estimate missing values: ${columns}.`,
  notUsed: 'Not used by this model',
  onlyFills: 'This model uses it only to estimate missing values',
  notUsedBy: (title: string) => `“${title}” does not use the columns in grey.`,
};

export const comparison = {
  link: 'Compare models for this patient',
  title: (row: number, id: string | null) =>
    id === null
      ? `Models compared: patient in row ${format.whole(row)}`
      : `Models compared: patient ${id}`,
  back: 'Back to the patient',
  lead: 'The same values, calculated by different models. None of the numbers is a life expectancy: a model looks only so many years ahead.',
  searching: 'Looking for results of the same file…',
  noEstimates: 'No model has an estimate for this patient.',
  plot: 'Curves and expected years',
  plotAltText: (lines: readonly string[]) =>
    `Predicted survival of one patient by model. ${lines.join(' ')}`,
  /** `note`: why the estimate contradicts its interval. */
  note: (title: string, note: string) => `${title}: ${note}`,
  /** `estimate` is a text such as “7.2 of the next 8 years”. */
  plotLine: (title: string, estimate: string, interval: string) =>
    `${title}: ${estimate}, interval ${interval}.`,
  noCurve: (titles: readonly string[]) => `Without a curve: ${titles.join('; ')}.`,
  table: 'Estimates of the models',
  figure: 'Figure',
  horizon: 'Looks ahead',
  expected: 'Expected years (without transplant)',
  interval: 'Interval',
  longerThan: (limit: number) => `Chance of being alive after ${wholeYears(limit)}`,
  calculated: 'Calculated',
  price: 'Price',
  paid: coins,
  none: '—',
  horizonsDiffer: (horizons: readonly number[]) =>
    `The models look ahead ${format.list(horizons)} years, so their expected years differ even if they agree. Compare the curves where there are any.`,
  offers: 'Not calculated yet',
  calculate: (title: string, price: number) => `Calculate with “${title}”, ${coins(price)}`,
  wholeFile: (rows: number) => `The price is for the whole file (${patients(rows)}).`,
  confirmTitle: 'Calculate with another model?',
  confirmLead: (file: string, title: string) =>
    `${file} will be predicted with “${title}” as a new prediction. The earlier one is kept.`,
  fileGone: 'The file is no longer stored. To compare, start a new prediction with it.',
  newPrediction: 'New prediction',
  running: (title: string) => `${title}: being calculated…`,
  ended: (title: string) => `${title}: the calculation ended without a result.`,
  without: (title: string) => `${title}: no estimate for this patient.`,
  openPrediction: 'Open this prediction',
  searchedSome: 'Only your newest predictions were searched.',
  searchMore: 'Search older ones',
};
