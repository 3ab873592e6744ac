import { expect, test } from 'vitest';
import { isSameUser, subjectOf } from '../src/lib/token';

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

test('tokens are of the same user if they have the same subject', () => {
  const anna = tokenOf({ sub: 'anna', exp: 1 });
  expect(isSameUser(anna, tokenOf({ sub: 'anna', exp: 2 }))).toBe(true);
  expect(isSameUser(anna, tokenOf({ sub: 'boris' }))).toBe(false);
  expect(isSameUser(anna, null)).toBe(false);
  expect(isSameUser('x', 'x')).toBe(false);
  expect(isSameUser(null, null)).toBe(false);
});
