/** Where connection_init may carry the token. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { HeaderRules } from './traffic/header-rules.ts';
import { readClient, readInitAuthorization } from './viewer.ts';

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

test('of a client are known its address, its program, and the headers that rules may pass on', () => {
  const headers = { 'x-tenant': 'acme', 'x-other': '1', 'user-agent': 'test' };
  const request = { headers, socket: { remoteAddress: '::1' } } as unknown as IncomingMessage;
  const headerRules = new HeaderRules([
    { kind: 'propagate', name: 'x-tenant', as: 'x-org', preset: null, subgraph: 'chat' },
  ]);
  assert.deepEqual(readClient(request, { trustProxy: false, headerRules, propagatedHeaderBytesMax: 100 }), {
    ipAddress: '::1',
    userAgent: 'test',
    headers: { 'x-tenant': 'acme' },
  });
});
