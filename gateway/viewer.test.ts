/** Where connection_init may carry the token. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readInitAuthorization } from './viewer.ts';

test('connection_init carries the token at the top or inside headers, in either case', () => {
  for (const name of ['authorization', 'Authorization']) {
    assert.equal(readInitAuthorization({ [name]: 'Bearer a' }), 'Bearer a');
    assert.equal(readInitAuthorization({ headers: { [name]: 'Bearer a' } }), 'Bearer a');
  }
});

test('anything else is no token', () => {
  for (const payload of [
    undefined,
    {},
    { authorization: 1 },
    { authorization: '' },
    { headers: null },
    { headers: 'x' },
    { headers: ['x'] },
  ]) {
    assert.equal(readInitAuthorization(payload), undefined);
  }
  const inherited = Object.create({ authorization: 'Bearer a' });
  assert.equal(readInitAuthorization(inherited), undefined);
});
