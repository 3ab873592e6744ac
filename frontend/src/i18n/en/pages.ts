import type { ContributionScale, KnownStatus } from '../../api/types';
import { createFormat, type Duration, roughly } from '../format';
import { coins, patients as rows, wholeYears, years } from './nouns';
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
    'For research and teaching. Not a medical device, not medical advice. Made from patients with primary biliary cholangitis, 1974–1986.',
};

const landing = {
  title: 'Years of life ahead in primary biliary cholangitis',
  lead: 'Upload a table of laboratory values. For every patient you get the expected years of life (without transplant) within the next 7 or 8 years, an 80% interval, and what moved the estimate.',
  start: 'Create an account',
  startLoggedIn: 'New prediction',
  exampleCaption:
    'An example: 5.4 years expected, 80% interval from 2.9 to at least 8 years. An interval that reaches the horizon stays open.',
  notForTitle: 'Who it is not for',
  notFor: [
    'Not for any liver disease other than primary biliary cholangitis.',
    'Not for decisions about one person’s care: it is research, not medical advice.',
    'The patients were followed from 1974 to 1986, mostly before ursodeoxycholic acid. Today’s patients usually live longer.',
  ],
  costTitle: 'What it costs',
  cost: 'A new account has 500 coins; no money is taken. A prediction has one price for the whole file, however many patients it holds. A file with mistakes costs nothing.',
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
  loginToGoOn: 'Log in to see this page. You stay where you are.',
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
  kept: 'Patients’ files are kept for at most two days after the last run, results for 31. You can delete all of it earlier.',
  againTitle: 'Please log in again',
  againLead:
    'Your session has ended. Nothing is lost: after logging in, the page goes on where it was.',
  againCancel: 'Not now',
};

const submission = {
  title: 'New prediction',
  choosePatients: '1. Choose the patients',
  chooseModel: '2. Choose a model',
  confirm: '3. Check the price and start',
  pricePerFile: (price: number) => `${coins(price)} per file`,
  version: (version: string) => `version ${version}`,
  answers: 'What it answers',
  horizon: (horizon: number) => `Horizon: ${wholeYears(horizon)}.`,
  survivalCurve: (curve: readonly number[]) =>
    `Survival curve: the probability to live longer than ${format.list(curve)}\u00a0${format.plural(curve.at(-1) ?? 0, { one: 'year', other: 'years' })}.`,
  moreAboutModel: 'More about this model',
  quality: 'More on how good it is',
  notFor: 'Who it is not for',
  columns: 'Columns of the file',
  columnsSummary: (required: number, optional: number) =>
    `Columns: ${required} required, ${optional} optional`,
  columnsHint:
    'The order of the columns does not matter. Empty cells and NA mean “not measured”. Other columns are ignored.',
  column: 'Column',
  columnMeaning: 'Meaning',
  columnValues: 'Unit or values',
  required: 'required',
  optional: 'optional',
  between: (minimum: number | null, maximum: number | null) =>
    minimum === null || maximum === null
      ? ''
      : `${format.number(minimum)} to ${format.number(maximum)}`,
  switchedOff: 'This model is switched off at the moment.',
  noModels: 'No model is offered at the moment.',
  file: 'CSV file',
  fileChoose: 'Choose a CSV file',
  fileDrop: 'or drop it here',
  fileReplace: 'Choose another file',
  fileRemove: 'Remove the file',
  fileSize: (bytes: number) =>
    bytes < 1_000_000
      ? `${format.number(Math.max(0.1, Math.round(bytes / 100) / 10))} kB`
      : `${format.number(Math.round(bytes / 100_000) / 10)} MB`,
  fileHint: 'One line per patient. Please leave out names and other data that identify a person.',
  sampleHint: 'No file at hand?',
  costNow: 'Cost',
  balanceNow: 'Balance now',
  balanceAfter: 'Balance after',
  notEnough: (missing: number) => `You are ${coins(missing)} short of this prediction.`,
  chargeRule: 'Data with mistakes are refused and cost nothing.',
  submit: (price: number) => `Start for ${coins(price)}`,
  submitNoModel: 'Start',
  submitting: 'Sending…',
};

const statuses: Record<KnownStatus, string> = {
  queued: 'Waiting',
  running: 'Running',
  succeeded: 'Done',
  rejected: 'File refused',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

const history = {
  title: 'My predictions',
  empty: 'You have no predictions yet.',
  emptyAction: 'Make the first one',
  more: 'Show older ones',
  untitled: 'File without a name',
  rows,
  cost: (count: number) => coins(count),
  refunded: 'refunded',
  statusUnknown: (status: string) => `Unknown state: ${status}`,
  statuses,
};

const prediction = {
  title: (fileName: string | null) => (fileName ? `Prediction for ${fileName}` : 'Prediction'),
  model: 'Model',
  date: 'Started',
  cost: 'Cost',
  duration: 'Took',
  seconds: (ms: number) => `${format.number(Math.round(ms / 10) / 100)} s`,
  ignoredColumns: 'Columns that were not used',
  charged: (count: number) => coins(count),
  refundedNote: (count: number) => `${coins(count)} were returned to your balance.`,
  waiting: 'Waiting for a free worker…',
  running: (done: number, total: number) => `${format.whole(done)} of ${rows(total)} done`,
  runningAbout: (done: number, total: number) =>
    `${format.whole(done)} of about ${rows(roughly(total))} done`,
  starting: 'The calculation has begun…',
  checkingWhole: 'Checking the whole file…',
  timeLeft: (left: Duration) => `About ${format.short(left)} left.`,
  cutOff:
    'There is no connection at the moment. The calculation goes on, and this page keeps asking.',
  progress: 'Progress',
  leaveNote:
    'You may close this page. The result will be at this address and under “My predictions”.',
  finished: (count: number) => `Done: ${rows(count)}.`,
  failedTitle: 'The prediction failed',
  rejectedTitle: 'The file was refused',
  cancelledTitle: 'The prediction was cancelled',
  unknownTitle: 'This page does not know the state of this prediction',
  unknownLead: (status: string) =>
    `The service calls it “${status}”. The page has stopped waiting; reload it later for a newer version.`,
  stalled: 'Nothing has changed for ten minutes, so the page has stopped asking.',
  checkAgain: 'Check again',
  another: 'New prediction',
};

interface ScaleWords {
  lead: string;
  better: string;
  worse: string;
  /** What baseline and contributions add up to. */
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
    lead: 'In log hazard of death: above zero raises the risk, below zero lowers it.',
    better: 'lowers the risk',
    worse: 'raises the risk',
    total: 'Log hazard',
    amount: format.signedHundredth,
    part: format.signedHundredth,
  },
  score: {
    lead: 'In units of the Mayo risk score: above zero raises the risk, below zero lowers it.',
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
  summaryImputed: 'With filled-in values',
  summaryOutOfRange: 'With values out of range',
  toYears: (low: number, high: number) => `${format.tenth(low)}–${format.tenth(high)}`,
  years,
  tableCaption: 'Estimates by patient',
  row: 'Row',
  id: 'ID',
  estimate: 'Years',
  interval: (level: number) => `${format.whole(level * 100)}% interval`,
  intervalText: (lower: number, upper: number, open: boolean) =>
    open
      ? `${format.tenth(lower)} to ≥\u00a0${format.whole(upper)}`
      : `${format.tenth(lower)} to ${format.tenth(upper)}`,
  intervalHint: (level: number, horizon: number) =>
    `For ${format.whole(level * 100)} of 100 such patients the interval should hold the true number. “≥ ${format.whole(horizon)}” means that it goes on past the horizon of ${format.whole(horizon)} years; about ${format.whole(100 - level * 100)} of 100 such patients die before it begins.`,
  imputed: (count: number) => `${format.whole(count)} filled in`,
  outOfRange: (count: number) => `${format.whole(count)} out of range`,
  filter: 'Find by ID',
  filterByRow: 'Find by row number',
  matching: (shown: number, total: number) => `${format.whole(shown)} of ${rows(total)}`,
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
    'The receipt holds the checksums of the file, the model and the result: with it, the result can be checked later.',
  print: 'Print',
  details: (row: number, id: string | null) =>
    `Row ${format.whole(row)}${id === null ? '' : `, ID ${id}`}: details`,
  contributions: 'What moved this estimate',
  baseline: 'Average patient',
  scales,
  hazardRatio: (ratio: number) =>
    `Hazard ratio against the average patient: ${format.ratio(ratio)}.`,
  rounded: 'The numbers are rounded, so that their sum may differ in the last digit.',
  clipped: (horizon: number) =>
    `The sum lies outside 0 to ${format.whole(horizon)} years and was limited to it.`,
  imputedTitle: 'Filled in',
  imputedLead: 'Not measured: the typical value was used.',
  measureFirst: 'Measure first:',
  ifMeasured: (low: number, high: number) =>
    `measured, the estimate would lie between ${format.tenth(low)} and ${years(high)}`,
  ifMeasuredUnused: 'this model doesn’t use it',
  ifMeasuredUnchanged: 'measured, the estimate would hardly change',
  ifMeasuredHint:
    'Ranges are for values from the 10th to the 90th percentile of the study, everything else as it is.',
  outOfRangeTitle: 'Out of range',
  outOfRangeLead:
    'Beyond what the model has seen; the nearest value it knows was used, so the estimate is less certain:',
  outOfRangeLeadFormula:
    'Beyond the patients of the study. The formula took the value as it is, so the estimate is less certain:',
  above: 'above the range',
  below: 'below the range',
  nothingSpecial: 'All values that the model uses were measured and lie within the range it knows.',
  survivalTitle: 'Survival',
  survivalTime: 'Time',
  survivalProbability: 'Probability to live longer',
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
  home: 'To the start page',
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
  unit: unitName,
};
