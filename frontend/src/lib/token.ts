// The claims of an access token.

/** Whether both tokens can be decoded and are of the same user. */
export function isSameUser(token: string | null, other: string | null): boolean {
  const subject = subjectOf(token);
  return subject !== null && subject === subjectOf(other);
}

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
