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

/** All else shows what is somebody's own. */
const OPEN = new Set<Route['name']>(['landing', 'register', 'login', 'unknown']);

export function parseHash(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '');
  const id = /^predictions\/([^/]+)$/.exec(path)?.[1];
  if (id !== undefined) return { name: 'prediction', id: decoded(id) };
  const patient = /^predictions\/([^/]+)\/patients\/([1-9]\d{0,8})$/.exec(path);
  if (patient?.[1]) return { name: 'patient', id: decoded(patient[1]), row: Number(patient[2]) };
  return (Object.hasOwn(SIMPLE, path) && SIMPLE[path]) || { name: 'unknown' };
}

export function needsAccount(route: Route): boolean {
  return !OPEN.has(route.name);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
