/** What of Postgres is worth another try. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUnavailable } from './postgres.ts';

const codes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
];
const states = ['08006', '40001', '53300', '55P03', '57P01', '57P03'];

test('a machine that is not there, or not ready, may come back; what it refuses it refuses', () => {
  const failure = (code: string) => Object.assign(new Error('failed'), { code });
  for (const code of [...codes, ...states]) assert.equal(isUnavailable(failure(code)), true, code);
  assert.equal(isUnavailable(new Error('timeout expired')), true);
  for (const code of ['28P01', '3D000', '42601', '23505', 'EACCES'])
    assert.equal(isUnavailable(failure(code)), false, code);
  assert.equal(isUnavailable(new TypeError('undefined is not a function')), false);
});
