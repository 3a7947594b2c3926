/** Which passwords are refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPasswordFault, normalizePassword } from './password-rules.ts';

const context = ['alice_w', 'Alice Wonder', 'alice.w@example.com'];

test('good passwords pass', () => {
  for (const password of [
    'correct horse battery',
    'tr0ub4dor&3',
    'Alice likes 9 grey cats',
    'пароль-не-простой',
    'x8$kQ2#v',
  ]) {
    assert.equal(findPasswordFault(password, context), null, password);
  }
});

test('short, long, simple and common passwords are refused', () => {
  const common = ['password', 'Password123', 'P@ssw0rd', 'qwertyuiop', 'iloveyou!', '!!dragon99', '12345678'];
  for (const password of [
    'short',
    'x8$kQ2#',
    'aaaaaaaaab',
    `aB3$${'x'.repeat(125)}`,
    'x'.repeat(1_000_000),
    ...common,
  ]) {
    assert.notEqual(findPasswordFault(password, []), null, password.slice(0, 20));
  }
});

test('passwords made of the account are refused', () => {
  for (const password of [
    'alice_w1',
    'Alice Wonder',
    'alicewonder',
    'wonder123',
    'alice.w@example.com',
    'messageme1',
  ]) {
    assert.notEqual(findPasswordFault(password, context), null, password);
  }
});

test('the same password from different keyboards is the same', () => {
  assert.equal(normalizePassword('cafe\u0301'), normalizePassword('caf\u00e9'));
});
