export type Route =
  | { name: 'landing' }
  | { name: 'register' }
  | { name: 'login' }
  | { name: 'new' }
  | { name: 'history' }
  | { name: 'prediction'; id: string }
  | { name: 'account' }
  | { name: 'coins' }
  | { name: 'patient'; id: string; row: number }
  /** The address of a prediction whose id cannot be one. */
  | { name: 'noPrediction' }
  | { name: 'unknown' };

const prediction = (id: string) => `#/predictions/${encodeURIComponent(id)}`;

export const addresses = {
  landing: '#/',
  register: '#/register',
  login: '#/login',
  new: '#/new',
  history: '#/predictions',
  account: '#/account',
  coins: '#/coins',
  prediction,
  patient: (id: string, row: number) => `${prediction(id)}/patients/${row}`,
};

const SIMPLE: Record<string, Route> = {
  '': { name: 'landing' },
  register: { name: 'register' },
  login: { name: 'login' },
  new: { name: 'new' },
  predictions: { name: 'history' },
  account: { name: 'account' },
  coins: { name: 'coins' },
};

const NO_PREDICTION: Route = { name: 'noPrediction' };

/** All else shows what is somebody's own. */
const OPEN = new Set<Route['name']>(['landing', 'register', 'login', 'unknown']);

/** An id as the service makes them. Anybody may write an address: what else it holds never becomes a request's path. */
const ID = /^[0-9a-f]{32}$/;

export function parseHash(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '');
  const id = /^predictions\/([^/]+)$/.exec(path)?.[1];
  if (id !== undefined) return ID.test(id) ? { name: 'prediction', id } : NO_PREDICTION;
  const patient = /^predictions\/([^/]+)\/patients\/([1-9]\d{0,8})$/.exec(path);
  if (patient?.[1]) {
    const row = Number(patient[2]);
    return ID.test(patient[1]) ? { name: 'patient', id: patient[1], row } : NO_PREDICTION;
  }
  return (Object.hasOwn(SIMPLE, path) && SIMPLE[path]) || { name: 'unknown' };
}

export function needsAccount(route: Route): boolean {
  return !OPEN.has(route.name);
}
