// The texts of the screens. Larger parts (actions, check, coins, plots, ...) have their own files.

import type { ContributionScale, KnownStatus } from '../../api/types';
import { createFormat, type Duration, roundToTwoDigits } from '../format';
import { coins, patients, wholeYears, years } from './nouns';
import { unitName } from './units';

const format = createFormat('en');

const shell = {
  product: 'Liver Disease Lifespan Predictor',
  productHome: 'Liver Disease Lifespan Predictor, start page',
  skipToContent: 'Skip to content',
  language: 'Language',
  mainNavigation: 'Main',
  newPrediction: 'New prediction',
  predictions: 'My predictions',
  logIn: 'Log in',
  logOut: 'Log out',
  register: 'Create an account',
  balance: (count: number) => `Balance: ${coins(count)}`,
  loading: 'Loading…',
  testStage: 'This is the test stage: accounts, coins and results here can be deleted at any time.',
  release: (id: string) => `Release ${id}`,
  disclaimer:
    'For research and teaching. Not a medical device, not medical advice. Based on data of patients with primary biliary cholangitis, 1974–1986, mostly before ursodeoxycholic acid: patients treated today usually live longer.',
};

const landing = {
  title: 'Expected years of life in primary biliary cholangitis',
  lead: 'Upload a table of laboratory values. For every patient you get the expected years of life (without transplant) within the next 7 or 8 years, the times that 9 of 10 and 1 of 10 such patients outlive, and the contribution of each value to the estimate.',
  start: 'Create an account',
  startLoggedIn: 'New prediction',
  exampleCaption: (estimate: number, interval: string, meaning: string) =>
    `Example: ${years(estimate)} expected, interval ${interval}. ${meaning}`,
  notForTitle: 'Who it is not for',
  notFor: [
    'Not for any liver disease other than primary biliary cholangitis.',
    'Not for decisions about one person’s care: it is research, not medical advice.',
    'The patients of the study were followed from 1974 to 1986, mostly before ursodeoxycholic acid. Today’s patients usually live longer.',
  ],
  costTitle: 'What it costs',
  cost: 'Predictions cost coins, not money. A new account has 500 coins. The price is per file and does not depend on the number of patients. A file with mistakes costs nothing.',
  price: (model: string, price: number) => `${model}: ${coins(price)} per file`,
  samplesTitle: 'Try it with real data',
  samples: 'From the Mayo Clinic study of primary biliary cholangitis, without outcomes.',
  sampleSmall: 'Sample, 10 patients (CSV)',
  sampleFull: 'Whole study, 418 patients (CSV)',
};

const account = {
  registerTitle: 'Create an account',
  registerLead: 'You start with 500 coins.',
  loginTitle: 'Log in',
  loginRequired: 'Log in to see this page. You will return to it afterwards.',
  name: 'Name',
  nameOrEmail: 'Name or e-mail',
  email: 'E-mail',
  password: 'Password',
  passwordHint: 'At least 8 characters.',
  register: 'Create account',
  registering: 'Creating the account…',
  logIn: 'Log in',
  loggingIn: 'Logging in…',
  haveAccount: 'Have an account already?',
  noAccount: 'No account yet?',
  intendedUse:
    'I understand that this is research software and not a medical device. I use the estimates for research or teaching, not to decide on a person’s care, and send only data that I am allowed to send, without names.',
  kept: 'Patients’ files are kept for at most two days after the last run, results for at most 31 days. You can delete both earlier.',
  logInAgainTitle: 'Please log in again',
  logInAgainLead:
    'Your session has ended. Nothing is lost: after you log in, the page continues where it stopped.',
  logInAgainCancel: 'Not now',
};

const submission = {
  title: 'New prediction',
  choosePatients: '1. Choose the patients',
  chooseModel: '2. Choose a model',
  confirm: '3. Check the price and start',
  pricePerFile: (price: number) => `${coins(price)} per file`,
  version: (version: string) => `version ${version}`,
  answers: 'What it predicts',
  horizon: (horizon: number) => `Horizon: ${wholeYears(horizon)}.`,
  survivalCurve: (curve: readonly number[]) =>
    `Survival curve: the probability of living longer than ${format.list(curve)}\u00a0${format.plural(curve.at(-1) ?? 0, { one: 'year', other: 'years' })}.`,
  moreAboutModel: 'More about this model',
  quality: 'More about its accuracy',
  notFor: 'Who it is not for',
  columnsHint:
    'The order of the columns does not matter. Empty cells and NA mean “not measured”. Other columns are ignored.',
  column: 'Column',
  columnMeaning: 'Meaning',
  required: 'required',
  between: (minimum: number | null, maximum: number | null) =>
    minimum === null || maximum === null
      ? ''
      : `${format.number(minimum)} to ${format.number(maximum)}`,
  switchedOff: 'This model is switched off at the moment.',
  noModels: 'No model is offered at the moment.',
  fileChoose: 'Choose a CSV or Excel file',
  fileDrop: 'or drop it here',
  fileReplace: 'Choose another file',
  fileRemove: 'Remove the file',
  fileSize: (bytes: number) =>
    bytes < 1_000_000
      ? `${format.number(Math.max(0.1, Math.round(bytes / 100) / 10))} kB`
      : `${format.number(Math.round(bytes / 100_000) / 10)} MB`,
  fileHint:
    'A CSV file or an Excel workbook (.xlsx) with one line per patient. Please leave out names and other data that identify a person.',
  sampleHint: 'No file at hand?',
  cost: 'Cost',
  currentBalance: 'Balance now',
  balanceAfter: 'Balance after',
  notEnough: (missing: number) => `You need ${coins(missing)} more for this prediction.`,
  chargeRule: 'Data with mistakes are rejected and cost nothing.',
  submit: (price: number) => `Start for ${coins(price)}`,
  submitNoModel: 'Start',
  submitting: 'Sending…',
};

const statuses: Record<KnownStatus, string> = {
  queued: 'Waiting',
  running: 'Running',
  succeeded: 'Done',
  rejected: 'File rejected',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

const history = {
  title: 'My predictions',
  empty: 'You have no predictions yet.',
  emptyAction: 'Make your first prediction',
  more: 'Show older predictions',
  untitled: 'File without a name',
  patients,
  cost: (count: number) => coins(count),
  refunded: 'refunded',
  statusUnknown: (status: string) => `Unknown status: ${status}`,
  statuses,
};

const prediction = {
  title: (fileName: string | null) => (fileName ? `Prediction for ${fileName}` : 'Prediction'),
  model: 'Model',
  date: 'Started',
  cost: 'Cost',
  duration: 'Duration',
  seconds: (ms: number) => `${format.number(Math.round(ms / 10) / 100)} s`,
  ignoredColumns: 'Columns that were not used',
  charged: (count: number) => coins(count),
  refundedNote: (count: number) =>
    `${format.count(count, { one: 'coin was', other: 'coins were' })} refunded.`,
  waiting: 'Waiting for a free worker…',
  running: (done: number, total: number) => `${format.whole(done)} of ${patients(total)} done`,
  runningAbout: (done: number, total: number) =>
    `${format.whole(done)} of about ${patients(roundToTwoDigits(total))} done`,
  starting: 'The prediction has started…',
  checkingWhole: 'Checking the whole file…',
  timeLeft: (left: Duration) => `About ${format.duration(left)} left.`,
  offline:
    'There is no connection at the moment. The prediction continues, and this page keeps checking it.',
  progress: 'Progress',
  leaveNote:
    'You can close this page. You will find the result at this address and under “My predictions”.',
  finished: (count: number) => `Done: ${patients(count)}.`,
  failedTitle: 'The prediction failed',
  rejectedTitle: 'The file was rejected',
  cancelledTitle: 'The prediction was cancelled',
  unknownTitle: 'The status of this prediction is unknown',
  unknownLead: (status: string) =>
    `The service reports “${status}”. The page has stopped checking the prediction. Reload the page later to get a newer version of it.`,
  stalled: 'Nothing has changed for ten minutes, so the page has stopped checking the prediction.',
  checkAgain: 'Check again',
  another: 'New prediction',
};

interface ScaleWords {
  lead: string;
  better: string;
  worse: string;
  /** The name of the sum of baseline and contributions. */
  total: string;
  amount: (value: number) => string;
  part: (value: number) => string;
}

const scales: Record<ContributionScale, ScaleWords> = {
  years: {
    lead: 'In years of life.',
    better: 'raises the estimate',
    worse: 'lowers the estimate',
    total: 'Estimate',
    amount: years,
    part: format.signedTenth,
  },
  log_hazard: {
    lead: 'In log hazard of death: positive values raise the risk, negative values lower it.',
    better: 'lowers the risk',
    worse: 'raises the risk',
    total: 'Log hazard',
    amount: format.signedHundredth,
    part: format.signedHundredth,
  },
  score: {
    lead: 'In points of the Mayo risk score: positive values raise the risk, negative values lower it.',
    better: 'lowers the risk',
    worse: 'raises the risk',
    total: 'Mayo risk score',
    amount: format.hundredth,
    part: format.signedHundredth,
  },
};

const result = {
  title: 'Result',
  estimand: (horizon: number) =>
    `Expected years of life (without transplant) within ${format.whole(horizon)} years`,
  summaryRows: 'Patients',
  summaryMean: 'Mean',
  summaryMedian: 'Median',
  summaryRange: 'Lowest to highest',
  summaryImputed: 'With missing values',
  summaryOutOfRange: 'With values out of range',
  toYears: (low: number, high: number) => `${format.time(low)}–${format.time(high)}`,
  years,
  tableCaption: 'Estimates by patient',
  row: 'Row',
  id: 'ID',
  estimate: 'Years',
  imputed: (count: number) => `${format.whole(count)} missing`,
  outOfRange: (count: number) => `${format.whole(count)} out of range`,
  filter: 'Find by ID',
  filterByRow: 'Find by row number',
  matching: (shown: number, total: number) => `${format.whole(shown)} of ${patients(total)}`,
  noneMatching: 'No patient matches.',
  clearFilter: 'Clear the search',
  page: (page: number, pages: number) => `Page ${format.whole(page)} of ${format.whole(pages)}`,
  previous: 'Previous',
  next: 'Next',
  pages: 'Pages of the table',
  skipped: (count: number) =>
    `${format.count(count, { one: 'patient was', other: 'patients were' })} skipped and not predicted`,
  loadingRows: 'Loading the rows…',
  download: 'Download as CSV',
  downloading: 'Preparing the download…',
  receipt: 'Receipt',
  receiptHint:
    'The receipt contains the checksums of the file, the model and the result. You can use it to verify the result later.',
  print: 'Print',
  patient: (row: number, id: string | null) =>
    `Row ${format.whole(row)}${id === null ? '' : `, ID ${id}`}`,
  details: (patient: string) => `${patient}: details`,
  contributions: 'Contributions to this estimate',
  baseline: 'Average of the study’s 418 patients',
  scales,
  hazardRatio: (ratio: number) =>
    `Hazard ratio compared with this average: ${format.ratio(ratio)}.`,
  rounded: 'The numbers are rounded. Their sum may differ in the last digit.',
  clipped: (horizon: number) =>
    `The sum lies outside the range from 0 to ${format.whole(horizon)} years. The estimate is the nearest limit of this range.`,
  imputedTitle: 'Missing values',
  imputedLead:
    'These values were not measured. The value to expect given this patient’s other values was used instead.',
  imputedLeadOfVersion1:
    'These values were not measured. Typical values of the study’s patients were used instead.',
  measureFirst: 'Measure first:',
  expected: (value: string) => `${value} expected for such a patient`,
  expectedBetween: (value: number, low: number, high: number) =>
    `${format.tenth(value)} (between ${low} and ${high})`,
  expectedShare: (probability: number, category: string) =>
    `${category} in ${format.percent(probability)} of such patients`,
  dependingOnValue: (low: number, high: number) =>
    `estimate ${format.time(low)} to ${years(high)}, depending on the measured value`,
  ifMeasured: 'if measured',
  ifKnown: 'if known',
  between: (low: number, high: number) =>
    `the estimate would lie between ${format.time(low)} and ${years(high)}`,
  unchanged: 'the estimate would hardly change',
  unused: 'this model does not use it',
  ifMeasuredHint:
    'The ends of these ranges belong to the 10th and the 90th percentile of the values to expect for such a patient; the other missing values are then expected anew.',
  ifMeasuredHintOfVersion1:
    'The ranges are for values from the 10th to the 90th percentile of the study, with all other values unchanged.',
  outOfRangeTitle: 'Out of range',
  outOfRangeLead:
    'These values lie outside the range of the model’s training data. The model used the nearest values in this range, so the estimate is less certain:',
  outOfRangeLeadFormula:
    'These values lie outside the range of the study’s patients. The formula used them unchanged, so the estimate is less certain:',
  above: 'above the range',
  below: 'below the range',
  nothingSpecial:
    'All values that the model uses were measured and lie within the range of the study’s patients.',
  survivalTitle: 'Survival',
  survivalTime: 'Time',
  survivalProbability: 'Probability of living longer',
  survivalYears: wholeYears,
  median: (median: number) =>
    `Half of such patients live longer than ${years(median)} (median survival).`,
  medianBeyond: (end: number) =>
    `More than half of such patients live longer than ${wholeYears(end)} (median survival not reached).`,
  mayoTitle: 'Mayo risk score',
  mayoHint:
    'The published risk score for primary biliary cholangitis (Mayo Clinic, 1989): 5.07 is the average patient of that study, and higher is worse.',
};

const notFound = {
  title: 'There is no such page',
  home: 'Go to the start page',
};

const notLoaded = {
  title: 'This screen could not be loaded',
  lead: 'The connection may be lost, or there may be a new version of the page. Please try again or reload the page.',
  reload: 'Reload the page',
};

export const pages = {
  shell,
  landing,
  account,
  submission,
  history,
  prediction,
  result,
  notFound,
  notLoaded,
  unit: unitName,
};
