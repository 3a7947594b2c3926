/** What people type to log in, and what it is taken for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIdentifier } from './identifier.ts';

test('each way to name an account ends in its stored form', () => {
  assert.deepEqual(parseIdentifier(' Alice '), { handle: 'alice' });
  assert.deepEqual(parseIdentifier('@alice'), { handle: 'alice' });
  assert.deepEqual(parseIdentifier('Alice@Example.COM'), { email: 'alice@example.com' });
  assert.deepEqual(parseIdentifier('+49 1511 2345678'), { phone: '+4915112345678' });
});

test('what can name nobody is null', () => {
  for (const text of [
    '',
    '@',
    '+',
    'a\0bc',
    'a@b',
    "x' OR 1=1 --",
    `+${'1'.repeat(1_000)}`,
    '__proto__!',
    'ä@x.io',
  ]) {
    assert.equal(parseIdentifier(text), null, text.slice(0, 20));
  }
});
