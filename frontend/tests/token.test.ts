import { expect, test } from 'vitest';
import { subjectOf } from '../src/lib/token';

const tokenOf = (claims: object) =>
  `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

test('the subject is read from a token', () => {
  expect(subjectOf(tokenOf({ sub: 'anna', padding: '???>>>' }))).toBe('anna');
});

test.each([null, '', 'x', 'a.b.c', tokenOf({}), tokenOf({ sub: 7 })])(
  '%s has no subject',
  (token) => {
    expect(subjectOf(token)).toBeNull();
  },
);
