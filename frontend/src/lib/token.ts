// The claims of an access token.

/**
 * Return the subject (user id) of a token, or null if it cannot be decoded. Does not verify the
 * token.
 */
export function subjectOf(token: string | null): string | null {
  try {
    const claims = token?.split('.')[1] ?? '';
    const { sub } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
