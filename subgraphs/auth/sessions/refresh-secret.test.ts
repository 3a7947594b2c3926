/** Refresh tokens as texts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefreshSecret, hashRefreshSecret } from './refresh-secret.ts';

test('a token has 256 bits and a hash that is not the token', () => {
  const secret = createRefreshSecret();
  assert.equal(Buffer.from(secret, 'base64url').length, 32);
  assert.notEqual(hashRefreshSecret(secret), secret);
  assert.equal(hashRefreshSecret(secret), hashRefreshSecret(secret));
});

test('what can be no token has no hash', () => {
  for (const text of ['', 'x', 'x'.repeat(44), `${'x'.repeat(42)}\0`, 'x'.repeat(1_000_000)]) {
    assert.equal(hashRefreshSecret(text), null);
  }
});
