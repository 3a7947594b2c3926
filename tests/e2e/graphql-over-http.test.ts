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

/**
 * What a server should do and Apollo Server does not: these failures have status 400 also for clients that accept application/json alone, where 200 is
 * advised because whatever stands between may answer 400 itself.
 */
const differing = ['572B', 'FDE2', '7B9B'];

test('every audit passes, but for three recommendations', async (t) => {
  const audits = serverAudits({ url: network.gatewayUrl, fetchFn: askDirectly });
  const results = await Promise.all(audits.map((audit) => audit.fn()));
  const broken = results.filter(({ status }) => status !== 'ok');
  t.diagnostic(`${results.length - broken.length} of ${results.length} audits`);
  assert.deepEqual(
    broken.map(({ status, id }) => `${status} ${id}`).sort(),
    differing.map((id) => `warn ${id}`).sort(),
    broken.map((result) => JSON.stringify(result)).join('\n'),
  );
  assert.equal(results.length, 61);
});
