/**
 * GraphQL over HTTP as its specification has it: the audits of graphql-http, which stand for https://graphql.github.io/graphql-over-http, against the
 * gateway in front of the whole federation.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverAudits } from 'graphql-http';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

let network: Network;

before(async () => {
  network = await startNetwork({ name: 'http_audit' });
});
after(() => network[Symbol.asyncDispose]());

/** As clients do that are no web page: pages of strangers can't set headers, so a GET without any is refused. */
const askDirectly: typeof fetch = (url, init) => {
  const headers = new Headers(init?.headers);
  headers.set('apollo-require-preflight', 'true');
  return fetch(url, { ...init, headers });
};

test('every audit passes', async (t) => {
  const audits = serverAudits({ url: network.gatewayUrl, fetchFn: askDirectly });
  const results = await Promise.all(audits.map((audit) => audit.fn()));
  const broken = results.filter(({ status }) => status !== 'ok');
  t.diagnostic(`${results.length - broken.length} of ${results.length} audits`);
  assert.deepEqual(
    broken.map((result) => JSON.stringify(result)),
    [],
  );
  assert.equal(results.length, 61);
});
