// The screens of the page and their addresses, which are the fragment of the URL (`#/coins`).

import { EXAMPLE_IDS, isExample } from '../api/example';

export type Route =
  | { name: 'landing' }
  | { name: 'register' }
  | { name: 'login' }
  | { name: 'accessibility' }
  | { name: 'new' }
  | { name: 'history' }
  | { name: 'prediction'; id: string }
  /** A prediction of one patient, whose page follows when it is done. */
  | { name: 'onePatient'; id: string; before?: PatientPlace }
  | { name: 'account' }
  | { name: 'coins' }
  | { name: 'patient'; id: string; row: number; before?: PatientPlace }
  | { name: 'comparison'; id: string; row: number }
  /** An address of a prediction whose id has a wrong format. */
  | { name: 'invalidPrediction' }
  | { name: 'unknown' };

/** Where the page of a patient is: a prediction and a row of its result. */
export interface PatientPlace {
  id: string;
  row: number;
}

const prediction = (id: string) => `#/predictions/${encodeURIComponent(id)}`;

export const addresses = {
  landing: '#/',
  register: '#/register',
  login: '#/login',
  accessibility: '#/accessibility',
  new: '#/new',
  history: '#/predictions',
  account: '#/account',
  coins: '#/coins',
  prediction,
  example: prediction(EXAMPLE_IDS[0]),
  /** With `before`, the estimate of an earlier calculation stands beside that of the patient. */
  patient: (id: string, row: number, before?: PatientPlace) =>
    `${prediction(id)}/patients/${row}${beforeSuffix(before)}`,
  onePatient: (id: string, before?: PatientPlace) =>
    `${prediction(id)}/patient${beforeSuffix(before)}`,
  comparison: (id: string, row: number) => `${prediction(id)}/patients/${row}/compare`,
};

function beforeSuffix(before?: PatientPlace): string {
  return before ? `/before/${before.id}/${before.row}` : '';
}

const STATIC_ROUTES: Record<string, Route> = {
  '': { name: 'landing' },
  register: { name: 'register' },
  login: { name: 'login' },
  accessibility: { name: 'accessibility' },
  new: { name: 'new' },
  predictions: { name: 'history' },
  account: { name: 'account' },
  coins: { name: 'coins' },
};

const INVALID_PREDICTION: Route = { name: 'invalidPrediction' };

/** The screens that need no account. */
const PUBLIC_NAMES = ['landing', 'register', 'login', 'accessibility', 'unknown'] as const;
const PUBLIC_ROUTES = new Set<Route['name']>(PUBLIC_NAMES);

export type AccountRoute = Exclude<Route, { name: (typeof PUBLIC_NAMES)[number] }>;

/**
 * The format of prediction ids. Links can come from anyone, so other text must not reach a
 * request's path.
 */
const ID = /^[0-9a-f]{32}$/;
const isId = (id: string) => ID.test(id) || isExample(id);

export function parseHash(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '');
  const id = /^predictions\/([^/]+)$/.exec(path)?.[1];
  if (id !== undefined) return isId(id) ? { name: 'prediction', id } : INVALID_PREDICTION;
  const patient = PATIENT.exec(path)?.groups;
  if (patient?.id) return patientRoute(patient.id, patient);
  return (Object.hasOwn(STATIC_ROUTES, path) && STATIC_ROUTES[path]) || { name: 'unknown' };
}

const PATIENT =
  /^predictions\/(?<id>[^/]+)\/patient(s\/(?<row>[1-9]\d{0,8})(?<compare>\/compare)?)?(\/before\/(?<beforeId>[^/]+)\/(?<beforeRow>[1-9]\d{0,8}))?$/;

function patientRoute(
  id: string,
  { row, compare, beforeId, beforeRow }: Partial<Record<string, string>>,
): Route {
  if (!isId(id) || (beforeId !== undefined && !isId(beforeId))) return INVALID_PREDICTION;
  const before = beforeId === undefined ? {} : { before: { id: beforeId, row: Number(beforeRow) } };
  if (row === undefined) return { name: 'onePatient', id, ...before };
  if (compare) return { name: 'comparison', id, row: Number(row) };
  return { name: 'patient', id, row: Number(row), ...before };
}

export function needsAccount(route: Route): route is AccountRoute {
  return !PUBLIC_ROUTES.has(route.name);
}

/** Whether the screen shows the example, which also visitors without an account see. */
export function showsExample(route: AccountRoute): boolean {
  return 'id' in route && isExample(route.id);
}
