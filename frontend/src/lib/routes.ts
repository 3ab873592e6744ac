// The screens of the page and their addresses, which are the fragment of the URL (`#/coins`).

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
  | { name: 'comparison'; id: string; row: number }
  /** An address of a prediction whose id has a wrong format. */
  | { name: 'invalidPrediction' }
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
  comparison: (id: string, row: number) => `${prediction(id)}/patients/${row}/compare`,
};

const STATIC_ROUTES: Record<string, Route> = {
  '': { name: 'landing' },
  register: { name: 'register' },
  login: { name: 'login' },
  new: { name: 'new' },
  predictions: { name: 'history' },
  account: { name: 'account' },
  coins: { name: 'coins' },
};

const INVALID_PREDICTION: Route = { name: 'invalidPrediction' };

/** The screens that need no account. */
const PUBLIC_NAMES = ['landing', 'register', 'login', 'unknown'] as const;
const PUBLIC_ROUTES = new Set<Route['name']>(PUBLIC_NAMES);

export type AccountRoute = Exclude<Route, { name: (typeof PUBLIC_NAMES)[number] }>;

/**
 * The format of prediction ids. Links can come from anyone, so other text must not reach a
 * request's path.
 */
const ID = /^[0-9a-f]{32}$/;

export function parseHash(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '');
  const id = /^predictions\/([^/]+)$/.exec(path)?.[1];
  if (id !== undefined) return ID.test(id) ? { name: 'prediction', id } : INVALID_PREDICTION;
  const patient = /^predictions\/([^/]+)\/patients\/([1-9]\d{0,8})$/.exec(path);
  if (patient?.[1]) {
    const row = Number(patient[2]);
    return ID.test(patient[1]) ? { name: 'patient', id: patient[1], row } : INVALID_PREDICTION;
  }
  const comparison = /^predictions\/([^/]+)\/patients\/([1-9]\d{0,8})\/compare$/.exec(path);
  if (comparison?.[1]) {
    const row = Number(comparison[2]);
    return ID.test(comparison[1])
      ? { name: 'comparison', id: comparison[1], row }
      : INVALID_PREDICTION;
  }
  return (Object.hasOwn(STATIC_ROUTES, path) && STATIC_ROUTES[path]) || { name: 'unknown' };
}

export function needsAccount(route: Route): route is AccountRoute {
  return !PUBLIC_ROUTES.has(route.name);
}
