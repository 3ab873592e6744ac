import { expect, test } from 'vitest';
import { subjectOf } from '../src/lib/token';

const tokenOf = (claims: object) =>
  `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

test('a token tells whom it speaks for', () => {
  expect(subjectOf(tokenOf({ sub: 'anna', padding: '???>>>' }))).toBe('anna');
});

test.each([null, '', 'x', 'a.b.c', tokenOf({}), tokenOf({ sub: 7 })])(
  '%s speaks for nobody',
  (token) => {
    expect(subjectOf(token)).toBeNull();
  },
);
