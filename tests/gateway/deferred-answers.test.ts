/** `@defer` from real clients to a real gateway: what is not deferred is with the client while the subgraph of the deferred part is still held back. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { Client, fetchExchange } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import { createMessageMe } from '#tests/audit/gateways/messageme.ts';
import { until } from '#tests/chat/until.ts';
import type { HeldSubgraphs } from './held-subgraphs.ts';
import { startHeldSubgraphs } from './held-subgraphs.ts';

const { KAFKA_BROKERS: kafkaBrokers = '', TEST_FOLDER: testFolder = '' } = process.env;
const stack = new AsyncDisposableStack();
let subgraphs: HeldSubgraphs;
let url: string;
let wsUrl: string;

before(async () => {
  subgraphs = stack.use(await startHeldSubgraphs());
  const folder = mkdtempSync(join(testFolder, 'defer-'));
  const supergraphPath = join(folder, 'supergraph.graphql');
  writeFileSync(supergraphPath, subgraphs.supergraphSdl);
  const gateway = createMessageMe({ folder, kafkaBrokers, print: () => undefined });
  const { target } = stack.use(await gateway.start(supergraphPath));
  ({ url, wsUrl } = target);
});
beforeEach(() => subgraphs.hold());
after(async () => {
  subgraphs.release();
  await stack.disposeAsync();
});

const deferSpec = 'multipart/mixed;deferSpec=20220824,application/json;q=0.9';
/** Texts that the gateway has not seen. */
let made = 0;
function write(inside = '... @defer(label: "more") { score }'): string {
  made += 1;
  return `query Asked${made} { person(id: "ada") { name ${inside} } }`;
}

function post(query: string, accept: string, signal?: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }), signal: signal ?? null });
}

/** Text until it has so many delimiters. */
async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  delimiters: number,
): Promise<string> {
  let read = '';
  while (read.split('\r\n---').length <= delimiters) {
    const { done, value } = await reader.read();
    if (done) break;
    read += Buffer.from(value).toString('utf8');
  }
  return read;
}

test('a client that names nothing but parts is told what is wrong, and gets what has none', async () => {
  const accept = 'multipart/mixed;deferSpec=20220824';
  const wrong = await post(`{ person(id: "ada") { nothing } }`, accept);
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /Cannot query field/);
  const search = new URLSearchParams({ query: write('') });
  const headers = { accept, 'apollo-require-preflight': 'true' };
  for (const whole of [await post(write(''), accept), await fetch(`${url}?${search}`, { headers })]) {
    assert.equal(whole.status, 200);
    assert.deepEqual(await whole.json(), { data: { person: { name: 'ADA' } } });
  }
});

test('the first part is sent before the subgraph of the second has answered: asked the first time and again', async () => {
  const query = write();
  for (const _time of [1, 2]) {
    subgraphs.hold();
    const response = await post(query, deferSpec);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'multipart/mixed; boundary="-"; deferSpec=20220824');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();

    assert.equal(
      await readUntil(reader, 2),
      '\r\n---\r\ncontent-type: application/json; charset=utf-8\r\n\r\n' +
        '{"data":{"person":{"name":"ADA"}},"hasNext":true}\r\n---\r\n',
    );
    subgraphs.release();
    assert.equal(
      await readUntil(reader, 9),
      'content-type: application/json; charset=utf-8\r\n\r\n' +
        '{"incremental":[{"data":{"score":3},"path":["person"],"label":"more"}],"hasNext":false}\r\n-----\r\n',
    );
  }
});

test('Apollo Client shows the first part, then all of it', async () => {
  const client = new ApolloClient({
    link: new HttpLink({ uri: url }),
    cache: new InMemoryCache(),
    incrementalHandler: new Defer20220824Handler(),
  });
  const seen: unknown[] = [];
  const query = gql`query Apollo { people { id name ... on Person @defer { score friend { id name } } } }`;
  const watching = client.watchQuery({ query }).subscribe(({ data, dataState, error }) => {
    if (dataState !== 'empty') seen.push({ data, dataState, error });
  });
  const ada = { __typename: 'Person', id: 'ada', name: 'ADA' };
  const bob = { __typename: 'Person', id: 'bob', name: 'BOB' };

  await until('a part has come', () => seen.length > 0);
  assert.deepEqual(seen, [{ data: { people: [ada, bob] }, dataState: 'streaming', error: undefined }]);
  subgraphs.release();
  await until('all has come', () => JSON.stringify(seen.at(-1)).includes('"complete"'));
  const people = [
    { ...ada, score: 3, friend: bob },
    { ...bob, score: 3, friend: ada },
  ];
  assert.deepEqual(seen.at(-1), { data: { people }, dataState: 'complete', error: undefined });
  watching.unsubscribe();
  client.stop();
});

test('so does urql, as it is', async () => {
  const client = new Client({ url, preferGetMethod: false, exchanges: [fetchExchange] });
  const seen: unknown[] = [];
  const watching = client
    .query(write(), {})
    .subscribe(({ data, hasNext, error }) => seen.push({ data, hasNext, error }));

  await until('a part has come', () => seen.length > 0);
  assert.deepEqual(seen, [{ data: { person: { name: 'ADA' } }, hasNext: true, error: undefined }]);
  subgraphs.release();
  await until('the next part has come', () => seen.length > 1);
  assert.deepEqual(seen[1], {
    data: { person: { name: 'ADA', score: 3 } },
    ...{ hasNext: false, error: undefined },
  });
  watching.unsubscribe();
});

test('over a WebSocket and server-sent events each part is a result', async () => {
  const socket = createSocketClient({ url: wsUrl, webSocketImpl: WebSocket, lazy: true });
  const events = createSseClient({ url });
  for (const client of [socket, events]) {
    subgraphs.hold();
    const results = client.iterate({ query: write() });
    const first = await results.next();
    assert.deepEqual(first.value, { data: { person: { name: 'ADA' } }, hasNext: true });
    subgraphs.release();
    const later = await results.next();
    assert.deepEqual(later.value, {
      incremental: [{ data: { score: 3 }, path: ['person'], label: 'more' }],
      hasNext: false,
    });
    assert.equal((await results.next()).done, true);
  }
  await socket.dispose();
  events.dispose();
});

test('a client that takes no parts gets one answer, and so does one that defers nothing', async () => {
  subgraphs.release();
  const query = write();
  for (const _time of [1, 2]) {
    const response = await post(query, 'application/json');
    assert.deepEqual(await response.json(), { data: { person: { name: 'ADA', score: 3 } } });
  }
  const plain = write('score');
  for (const accept of [deferSpec, deferSpec, 'multipart/mixed', 'multipart/mixed;deferSpec=20220824']) {
    const response = await post(plain, accept);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual(await response.json(), { data: { person: { name: 'ADA', score: 3 } } });
  }
});

test('what is wrong with a document is said in one answer', async () => {
  const response = await post(write('... @defer(label: 1) { score }'), deferSpec);
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  assert.equal(response.status, 400);
  assert.equal(errors[0]?.extensions.code, 'GRAPHQL_VALIDATION_FAILED');
});

test('for a client that has gone nothing more is fetched', async () => {
  const query = write('... @defer { rival { id ... @defer { name } } }');
  const gone = new AbortController();
  const before = subgraphs.entityRequests.length;
  const response = await post(query, deferSpec, gone.signal);
  await readUntil((response.body as ReadableStream<Uint8Array>).getReader(), 2);
  await until('the rival is asked for', () => subgraphs.entityRequests.length > before);
  gone.abort();
  // The gateway has to notice.
  await delay(300);
  subgraphs.release();
  const another = await post(query, deferSpec);

  assert.match(await another.text(), /"name":"BOB".*-----\r\n$/s);
  const requests = subgraphs.entityRequests.slice(before);
  assert.deepEqual(requests, ['scores', 'scores', 'people']);
});

test('clients are told of the directive', async () => {
  subgraphs.release();
  const response = await post(
    '{ __schema { directives { name args { name defaultValue } } } }',
    'application/json',
  );
  const { data } = (await response.json()) as { data: { __schema: { directives: { name: string }[] } } };
  const found = data.__schema.directives.find(({ name }) => name === 'defer');
  const args = [
    { name: 'label', defaultValue: null },
    { name: 'if', defaultValue: 'true' },
  ];
  assert.deepEqual(found, { name: 'defer', args });
});
