/**
 * Operations named by an id or a hash, over every connection: trusted documents, and automatic persisted queries. The first gateway runs everything, the
 * second one only what its manifests list.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { print } from 'graphql';
import type { Account } from '#tests/harness/accounts.ts';
import { renewTokens, signUp } from '#tests/harness/accounts.ts';
import type { Ask, Body, FirstResult } from '#tests/harness/asking.ts';
import { singleAnswers, streams } from '#tests/harness/asking.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

const folder = mkdtempSync(join(tmpdir(), 'trusted-'));
const apolloPath = join(folder, 'apollo.json');
const relayPath = join(folder, 'relay.json');

const viewer = 'query Viewer {\n  viewer {\n    user {\n      displayName\n    }\n  }\n}';
const inbox = 'subscription Inbox { item: inboxEvents { __typename } }';
/** Valid, and in no list. */
const strange = 'query Strange { viewer { user { displayName handle } } }';
const introspection = '{ __schema { queryType { name } } }';
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const byHash = (sha256Hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

const operationsOf = (texts: readonly string[]) => ({
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: texts.map((body) => ({ id: hashOf(body), body, name: 'Any', type: 'query' })),
});

let network: Network;
let ada: Account;
let open: string;
let closed: string;

before(async () => {
  writeFileSync(apolloPath, JSON.stringify(operationsOf([viewer])));
  writeFileSync(relayPath, JSON.stringify({ 'inbox-1': inbox, 'viewer-1': viewer }));
  network = await startNetwork({
    name: 'documents',
    copies: { gateway: 2 },
    environment: { TRUSTED_DOCUMENTS_PATHS: `${apolloPath},${relayPath}` },
    wire: ({ name, copy, environment }) => {
      if (name === 'gateway' && copy === 2) environment.PERSISTED_OPERATIONS_ONLY = 'true';
    },
  });
  [open = '', closed = ''] = network.gatewayUrls;
  ada = await signUp(network, 'Ada');
});
beforeEach(() => renewTokens(network, ada));
after(async () => {
  await network[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const ways: readonly (readonly [string, Ask])[] = Object.entries({ ...singleAnswers, ...streams });

/** Ada's name, what kind of item came first, or the code of the error. */
async function ask(way: Ask, url: string, body: Body): Promise<unknown> {
  const { data, errors } = await way({ url, accessToken: ada.accessToken, body });
  if (errors !== undefined) return errors[0]?.extensions?.code;
  const { viewer: found, item } = (data ?? {}) as {
    viewer?: { user: { displayName: string } };
    item?: { __typename: string };
  };
  return found?.user.displayName ?? item?.__typename;
}

for (const [index, [name, way]] of ways.entries()) {
  describe(name, () => {
    test('a trusted document runs by its id or hash', async () => {
      for (const url of [open, closed]) {
        for (const id of ['viewer-1', hashOf(viewer), `sha256:${hashOf(viewer)}`]) {
          assert.equal(await ask(way, url, { documentId: id }), 'Ada');
          assert.equal(await ask(way, url, byHash(id)), 'Ada');
        }
      }
    });

    test('an id that is not known', async () => {
      for (const body of [{ documentId: 'viewer-2' }, byHash(hashOf('{ a }')), byHash('__proto__')]) {
        assert.equal(await ask(way, open, body), 'PERSISTED_QUERY_NOT_FOUND');
        assert.equal(await ask(way, closed, body), 'PERSISTED_QUERY_NOT_IN_LIST');
      }
    });

    test('a text that is in the list, and others', async () => {
      for (const url of [open, closed]) {
        assert.equal(await ask(way, url, { query: viewer }), 'Ada');
        assert.equal(await ask(way, url, { query: viewer, ...byHash(hashOf(viewer)) }), 'Ada');
        assert.equal(await ask(way, url, { query: viewer, ...byHash('viewer-1') }), 'Ada');
      }
      assert.equal(await ask(way, open, { query: strange }), 'Ada');
      for (const query of [strange, `${viewer} `, introspection, 'mutation { a }']) {
        assert.equal(await ask(way, closed, { query }), 'QUERY_NOT_IN_SAFELIST');
        const hashed = { query, ...byHash(hashOf(query)) };
        assert.equal(await ask(way, closed, hashed), 'QUERY_NOT_IN_SAFELIST');
      }
    });

    test('a hash of another text, and names that can not be one', async () => {
      for (const url of [open, closed])
        assert.equal(await ask(way, url, { query: viewer, ...byHash(hashOf(strange)) }), 'BAD_REQUEST');
      assert.equal(await ask(way, open, byHash(hashOf(`${strange} #`))), 'PERSISTED_QUERY_NOT_FOUND');
      for (const value of [7, null, {}, ['viewer-1']])
        assert.equal(await ask(way, closed, byHash(value)), 'BAD_REQUEST');
      const unversioned = { extensions: { persistedQuery: { sha256Hash: hashOf(viewer) } } };
      assert.equal(await ask(way, closed, unversioned), 'BAD_REQUEST');
      // As long as a URL or a frame may be.
      const long = 'x'.repeat(10_000);
      assert.equal(await ask(way, closed, { documentId: long }), 'PERSISTED_QUERY_NOT_IN_LIST');
    });

    test('what one client has registered runs by its hash over the next connection', async () => {
      const query = `query Registered${index} { viewer { user { displayName } } }`;
      const [, next] = ways[(index + 1) % ways.length] as (typeof ways)[number];
      assert.equal(await ask(next, open, byHash(hashOf(query))), 'PERSISTED_QUERY_NOT_FOUND');
      assert.equal(await ask(way, open, { query, ...byHash(hashOf(query)) }), 'Ada');
      assert.equal(await ask(next, open, byHash(hashOf(query))), 'Ada');
    });
  });
}

for (const [name, way] of Object.entries(streams)) {
  test(`${name}: a subscription by its id, and by its hash once it was registered`, async () => {
    for (const url of [open, closed]) {
      assert.equal(await ask(way, url, { documentId: 'inbox-1' }), 'InboxCaughtUp');
      assert.equal(await ask(way, url, byHash(hashOf(inbox))), 'InboxCaughtUp');
    }
    const query = `${inbox} #${name}`;
    assert.equal(await ask(way, open, { query, ...byHash(hashOf(query)) }), 'InboxCaughtUp');
    assert.equal(await ask(way, open, byHash(hashOf(query))), 'InboxCaughtUp');
    assert.equal(await ask(way, closed, { query }), 'QUERY_NOT_IN_SAFELIST');
  });
}

test('graphql-ws clients send an empty text beside the id', async () => {
  assert.equal(await ask(streams.WebSocket, closed, { query: '', documentId: 'viewer-1' }), 'Ada');
  assert.equal(await ask(streams.WebSocket, closed, { query: '', ...byHash('inbox-1') }), 'InboxCaughtUp');
});

test('over HTTP the status and headers of a refusal say the same', async () => {
  const post = async (url: string, body: Body) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { errors } = (await response.json()) as FirstResult;
    assert.match(response.headers.get('cache-control') ?? '', /no-cache|no-store/);
    assert.deepEqual(Object.keys(errors?.[0]?.extensions ?? {}), ['code']);
    return [response.status, errors?.[0]?.message];
  };
  assert.deepEqual(await post(open, { documentId: 'viewer-2' }), [200, 'PersistedQueryNotFound']);
  const list = 'No document of the list has this id.';
  assert.deepEqual(await post(closed, { documentId: 'viewer-2' }), [404, list]);
  assert.deepEqual(await post(closed, { query: strange }), [403, 'Only the documents of a list run here.']);
  const mismatch = [400, 'provided sha does not match query'];
  assert.deepEqual(await post(open, { query: viewer, ...byHash('x') }), mismatch);
});

test('a page of a stranger can not run a document by GET, nor can a mutation', async () => {
  const name = `documentId=${hashOf(viewer)}`;
  assert.equal((await fetch(`${open}?${name}`)).status, 400);
  const asked = { headers: { 'apollo-require-preflight': 'true' } };
  assert.equal((await fetch(`${open}?${name}`, asked)).status, 200);
  const mutation = 'mutation { refreshToken(refreshToken: "unknown") { __typename } }';
  await ask(singleAnswers['HTTP POST'], open, { query: mutation, ...byHash(hashOf(mutation)) });
  const response = await fetch(`${open}?documentId=${hashOf(mutation)}`, asked);
  assert.equal(response.status, 405);
});

test("Apollo Client's persisted queries, by hash and by the ids of a manifest", async () => {
  const query = gql(`query ByApollo { viewer { user { displayName } } }`);
  const requests: string[] = [];
  const create = (uri: string, options: PersistedQueryLink.Options) =>
    new ApolloClient({
      cache: new InMemoryCache(),
      link: new PersistedQueryLink(options).concat(
        new HttpLink({
          uri,
          headers: { authorization: `Bearer ${ada.accessToken}` },
          fetch: (input, init) => {
            requests.push(String(init?.body ?? input));
            return fetch(input, init);
          },
        }),
      ),
    });
  const run = async (client: ApolloClient, document: typeof query) => {
    const { data } = await client.query({ query: document, fetchPolicy: 'no-cache' });
    return (data as { viewer: { user: { displayName: string } } }).viewer.user.displayName;
  };
  const automatic = create(open, { sha256: hashOf });
  assert.equal(await run(automatic, query), 'Ada');
  assert.equal(await run(automatic, query), 'Ada');
  assert.deepEqual(
    requests.map((body) => 'query' in JSON.parse(body)),
    [false, true, false],
  );

  const listed = print(automatic.documentTransform.transformDocument(query));
  await replaceList([viewer, listed]);
  requests.length = 0;
  const byId = create(closed, { generateHash: async () => hashOf(listed), useGETForHashedQueries: true });
  assert.equal(await run(byId, query), 'Ada');
  assert.equal(requests.length, 1);
  assert.doesNotMatch(requests[0] ?? '', /[?&]query=/);
});

test('a changed list is taken over, a bad one is not, and a document that does not fit is named', async () => {
  const [gateway] = [...network.processes.values()].filter(({ name }) => name === 'gateway-2');
  const unfit = 'query Unfit { viewer { nothing } }';
  await replaceList([viewer, strange, unfit]);
  const { WebSocket: socket, 'SSE POST': sse } = streams;
  assert.equal(await ask(socket, closed, { query: strange }), 'Ada');
  assert.equal(await ask(sse, closed, { documentId: hashOf(unfit) }), 'GRAPHQL_VALIDATION_FAILED');
  const log = () => readFileSync(gateway?.logFile ?? '', 'utf8');
  await until(async () => log().includes('a trusted document does not fit the supergraph'));
  const line = log()
    .split('\n')
    .find((text) => text.includes('does not fit the supergraph'));
  assert.ok(line?.includes(hashOf(unfit)), line);

  writeFileSync(apolloPath, '{ "format": "apollo-persisted-query-manifest", "operations": "secret" ');
  await until(async () => log().includes('the new list of trusted documents is not usable'));
  assert.equal(await ask(socket, closed, { query: strange }), 'Ada');
  assert.doesNotMatch(log(), /secret/);

  await replaceList([viewer]);
  assert.equal(await ask(socket, closed, { query: strange }), 'QUERY_NOT_IN_SAFELIST');
  assert.equal(await ask(sse, closed, { documentId: hashOf(strange) }), 'PERSISTED_QUERY_NOT_IN_LIST');
});

test('the gateway counts what it was asked', async () => {
  const read = async (url: string, name: string) => {
    const figures = await (await fetch(new URL('/metrics', url))).text();
    return Number(new RegExp(`^${name}.* (\\S+)$`, 'm').exec(figures)?.[1]);
  };
  const counters = ['trusted_documents_used', 'apq_hits', 'apq_misses', 'apq_registrations'];
  for (const name of counters) assert.ok((await read(open, `gateway_${name}_total`)) > 5, name);
  assert.ok((await read(closed, 'gateway_documents_refused_total\\{code="QUERY_NOT_IN_SAFELIST"')) > 5);
  assert.ok((await read(open, 'gateway_apq_bytes')) > 500);
  assert.equal(await read(closed, 'gateway_apq_bytes'), 0);
  // Two of each format.
  assert.equal(await read(closed, 'gateway_trusted_documents\\b'), 4);
});

/** Resolves once both gateways run by the new manifest: the newest marker is known. */
async function replaceList(texts: readonly string[]): Promise<void> {
  const marker = `query Marker${Date.now()} { viewer { user { displayName } } }`;
  const before = [...texts, marker];
  writeFileSync(apolloPath, JSON.stringify(operationsOf(before)));
  for (const url of [open, closed]) {
    const isKnown = async () =>
      (await ask(singleAnswers['HTTP POST'], url, { documentId: hashOf(marker) })) === 'Ada';
    await until(isKnown);
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
