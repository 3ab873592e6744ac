/** Whom a token speaks for; null if it can't be read. Not a check of the token: that is the service's. */
export function subjectOf(token: string | null): string | null {
  try {
    const claims = token?.split('.')[1] ?? '';
    const { sub } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
