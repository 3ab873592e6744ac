// The texts of the screens. Larger parts (actions, check, coins, plots, ...) have their own files.

import type { ContributionScale, KnownStatus } from '../../api/types';
import { createFormat, type Duration, roundToTwoDigits, SHORTEST_YEARS } from '../format';
import { coins, patients, wholeYears, years } from './nouns';
import { unitName } from './units';

const format = createFormat('en');

const shell = {
  product: 'Liver Disease Lifespan Predictor',
  productHome: 'Liver Disease Lifespan Predictor, start page',
  skipToContent: 'Skip to content',
  language: 'Language',
  languageNotLoaded:
    'The Russian version could not be loaded. The page tries again when there is a connection.',
  menu: 'Menu',
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
  lead: 'Upload a table of laboratory values, or enter those of one patient. For every patient the service estimates how many of the next 8 years (7 with the Mayo score) they live on average without a transplant. It also shows what each value contributes, and an interval: 9 of 10 similar patients live beyond its start, 1 of 10 beyond its end.',
  start: 'Create an account',
  startLoggedIn: 'New prediction',
  /** `estimate` is a text such as “7.2 of the next 8 years”. */
  exampleCaption: (estimate: string, interval: string, meaning: string) =>
    `Example: ${estimate}; interval ${interval}. ${meaning}`,
  notForTitle: 'Do not use it for',
  notFor: [
    'any liver disease other than primary biliary cholangitis',
    'decisions about one person’s care: this is research, not medical advice',
  ],
  studyPatients:
    'The patients of the study were followed from 1974 to 1986, mostly before ursodeoxycholic acid. Patients treated today usually live longer.',
  costTitle: 'What it costs',
  cost: 'Predictions cost coins. Coins are free: nothing is ever charged to a card. A new account has 500 coins. The price is per file, however many patients it has. A file with errors costs nothing.',
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
  loginRequired: 'Log in to open this page. You will return here.',
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
  logInAgainLead: 'Your session has ended. Log in to carry on where you left off.',
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
    `Survival curve: the chance of still being alive after ${format.list(curve)}\u00a0${format.plural(curve.at(-1) ?? 0, { one: 'year', other: 'years' })}.`,
  moreAboutModel: 'More about this model',
  quality: 'More about its accuracy',
  limits: 'Limits',
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
  chargeRule: 'Data with errors cost nothing.',
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
  /** In place of the name, which is deleted with the file. */
  untitled: 'File without a name',
  deletedFile: 'Deleted file',
  patients,
  cost: (count: number) => coins(count),
  refunded: 'refunded',
  statusUnknown: (status: string) => `Unknown status: ${status}`,
  statuses,
};

const prediction = {
  title: (fileName: string | null) => (fileName ? `Prediction for ${fileName}` : 'Prediction'),
  titleOfForm: 'Prediction for one patient',
  model: 'Model',
  date: 'Started',
  cost: 'Cost',
  duration: 'Duration',
  seconds: (ms: number) => `${format.number(Math.round(ms / 10) / 100)} s`,
  ignoredColumns: 'Columns that were not used',
  charged: (count: number) => coins(count),
  refundedNote: (count: number) =>
    `${format.count(count, { one: 'coin was', other: 'coins were' })} refunded.`,
  waiting: 'Queued; starts shortly.',
  running: (done: number, total: number) => `${format.whole(done)} of ${patients(total)} done`,
  runningAbout: (done: number, total: number) =>
    `${format.whole(done)} of about ${patients(roundToTwoDigits(total))} done`,
  starting: 'The prediction has started…',
  checkingWhole: 'Checking the whole file…',
  timeLeft: (left: Duration) => `About ${format.duration(left)} left.`,
  offline:
    'There is no connection at the moment. The prediction continues; this page updates when the connection is back.',
  progress: 'Progress',
  leaveNote:
    'You can close this page. You will find the result at this address and under “My predictions”.',
  finished: (predicted: number, skipped: number) =>
    `Done: ${patients(predicted)}${skipped > 0 ? `, ${format.whole(skipped)} skipped` : ''}.`,
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
    lead: 'In years of life. Right: more than the average study patient. Left: fewer.',
    better: 'raises the estimate',
    worse: 'lowers the estimate',
    total: 'Estimate',
    amount: years,
    part: format.signedTenth,
  },
  log_hazard: {
    lead: 'Right: higher risk than the average study patient. Left: lower. (Log hazard ratio.)',
    better: 'lowers the risk',
    worse: 'raises the risk',
    total: 'Log hazard ratio',
    amount: format.signedHundredth,
    part: format.signedHundredth,
  },
  score: {
    lead: 'Right: higher risk than the average study patient. Left: lower. (Points of the Mayo risk score.)',
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
    `Expected years of life (without transplant) within the next ${wholeYears(horizon)}`,
  summaryRows: 'Patients',
  summaryPredicted: 'Patients with an estimate',
  summarySkipped: 'Skipped patients',
  summaryMean: 'Mean',
  summaryMedian: 'Median',
  summaryRange: 'Lowest to highest',
  summaryImputed: 'With missing values',
  summaryOutOfRange: 'With unusual values',
  fromTo: (low: string, high: string) => `${low} to ${high}`,
  years,
  tableCaption: 'Estimates by patient',
  row: 'Row',
  id: 'ID',
  estimate: 'Years',
  imputed: (count: number) => `${format.whole(count)} missing`,
  outOfRange: (count: number) => `${format.whole(count)} unusual`,
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
  contributions: 'What drives this estimate',
  baseline: 'Average of the study’s 418 patients',
  scales,
  hazardRatio: (ratio: number) =>
    `Hazard ratio compared with this average: ${format.ratio(ratio)}.`,
  rounded: 'The numbers are rounded. Their sum may differ in the last digit.',
  clipped: (horizon: number) =>
    `The sum lies outside the range from 0 to ${format.whole(horizon)} years. The estimate is the nearest limit of this range.`,
  imputedTitle: 'Missing values',
  imputedLead:
    'These values were not measured. The model used what it expects for a patient with these other values.',
  imputedLeadOfVersion1:
    'These values were not measured. Typical values of the study’s patients were used instead.',
  measureFirst: 'Measure first:',
  expected: (value: string) => `${value} expected for such a patient`,
  expectedBetween: (value: number, low: number, high: number) =>
    `${format.tenth(value)} (between ${low} and ${high})`,
  expectedShare: (probability: number, category: string) =>
    `${category} in ${format.percent(probability)} of such patients`,
  ifMeasured: (effect: string) => `if measured, ${effect}`,
  ifKnown: (effect: string) => `if known, ${effect}`,
  between: (low: number, high: number) =>
    `the estimate would probably be ${format.time(low)}–${years(high)}`,
  unchanged: 'the estimate would hardly change',
  unused: 'this model does not use it',
  ifMeasuredHint:
    'The ranges are for the 10th and the 90th percentile of the values to expect for such a patient. The other missing values are estimated anew each time.',
  ifMeasuredHintOfVersion1:
    'The ranges are for the 10th and the 90th percentile of the study, with all other values unchanged.',
  outOfRangeTitle: 'Unusual values',
  outOfRangeLead:
    'These values lie outside the range of the model’s training data. The model used the nearest values in this range, so the estimate is less certain:',
  outOfRangeLeadFormula:
    'These values lie outside the range of the study’s patients. The formula used them unchanged, so the estimate is less certain:',
  /** `range` is empty if it is unknown. */
  above: (range: string) => `above the range${range && ` (${range})`}`,
  below: (range: string) => `below the range${range && ` (${range})`}`,
  nothingSpecial:
    'All values that the model uses were measured, and each of them lies within the range of the study’s patients. Their combination may still be unusual.',
  survivalTitle: 'Survival',
  survivalTime: 'Time',
  survivalProbability: 'Chance of still being alive',
  survivalYears: wholeYears,
  median: (median: number) =>
    median < SHORTEST_YEARS
      ? `Half of similar patients die within weeks (median survival: ${years(median)}).`
      : `Half of similar patients live longer than ${years(median)} (median survival).`,
  medianBeyond: (end: number) =>
    `More than half of similar patients live longer than ${wholeYears(end)} (median survival not reached).`,
  mayoTitle: 'Mayo risk score',
  mayoHint:
    'The published risk score for primary biliary cholangitis (Mayo Clinic, 1989). The average patient of the study has about 5; higher is worse.',
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
