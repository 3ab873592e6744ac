export type Route =
  | { name: 'landing' }
  | { name: 'register' }
  | { name: 'login' }
  | { name: 'new' }
  | { name: 'history' }
  | { name: 'prediction'; id: string }
  | { name: 'account' }
  | { name: 'coins' }
  | { name: 'unknown' };

export const addresses = {
  landing: '#/',
  register: '#/register',
  login: '#/login',
  new: '#/new',
  history: '#/predictions',
  account: '#/account',
  coins: '#/coins',
  prediction: (id: string) => `#/predictions/${encodeURIComponent(id)}`,
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

const PERSONAL = new Set<Route['name']>(['new', 'history', 'prediction', 'account', 'coins']);

export function parseHash(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '');
  const id = /^predictions\/([^/]+)$/.exec(path)?.[1];
  if (id !== undefined) return { name: 'prediction', id: decoded(id) };
  return (Object.hasOwn(SIMPLE, path) && SIMPLE[path]) || { name: 'unknown' };
}

export function needsAccount(route: Route): boolean {
  return PERSONAL.has(route.name);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
