/** What Apollo Server gets to see of requests over HTTP that name their document. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HTTPGraphQLRequest } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { createMetrics } from '#platform/metrics.ts';
import { createAutomaticDocuments } from './automatic-documents.ts';
import { createDocumentMetrics } from './document-metrics.ts';
import { createDocuments } from './documents.ts';
import { createCompleteRequest } from './http-documents.ts';
import { hashDocument } from './manifest.ts';
import { createTrustedDocuments } from './trusted-documents.ts';

const query = 'query Q($a: ID) { q(a: $a) }';
const hash = hashDocument(query);
const persistedQuery = { version: 1, sha256Hash: hash };

async function world() {
  const trusted = await createTrustedDocuments({ paths: [], logger: pino({ level: 'silent' }) });
  const metrics = createDocumentMetrics(createMetrics('test'), {
    trustedCount: () => 0,
    automaticBytes: () => 0,
  });
  const automatic = createAutomaticDocuments(100_000);
  automatic?.keep(hash, query);
  const complete = createCompleteRequest(
    createDocuments({ charsMax: 64 * 1024, trusted, automatic, isTrustedOnly: false, metrics }),
  );
  const run = (given: Partial<HTTPGraphQLRequest>) => {
    const request = { method: 'POST', headers: new HeaderMap(), search: '', body: '', ...given };
    complete(request);
    return request;
  };
  return {
    post: (body: unknown) => run({ body }).body,
    get: (parameters: Record<string, string>) => {
      const { search } = run({ method: 'GET', search: `?${new URLSearchParams(parameters)}` });
      return Object.fromEntries(new URLSearchParams(search));
    },
  };
}

test('POST: the text stands in the body, and nothing that names it', async () => {
  const { post } = await world();
  const variables = { a: 1 };
  const expected = { operationName: 'Q', variables, query, extensions: { trace: 1 } };
  const rest = { operationName: 'Q', variables };
  assert.deepEqual(post({ ...rest, extensions: { persistedQuery, trace: 1 } }), expected);
  assert.deepEqual(post({ ...rest, documentId: `sha256:${hash}`, extensions: { trace: 1 } }), expected);
  assert.deepEqual(post({ ...rest, query, extensions: { persistedQuery, trace: 1 } }), expected);
  assert.deepEqual(post({ documentId: hash }), { query });
  assert.deepEqual(post({ documentId: hash, extensions: null }), { query, extensions: null });
});

test('GET: the same in the URL', async () => {
  const { get } = await world();
  const rest = { operationName: 'Q', variables: '{"a":1}' };
  const extensions = JSON.stringify({ persistedQuery });
  assert.deepEqual(get({ ...rest, extensions }), { ...rest, extensions: '{}', query });
  assert.deepEqual(get({ ...rest, documentId: hash }), { ...rest, query });
});

test('what names no document stays as it is, also what is no request', async () => {
  const { get, post } = await world();
  for (const body of ['', 'text', null, 7, [], [{ documentId: hash }]]) assert.equal(post(body), body);
  const plain = { query, variables: { a: 1 }, extensions: 'x' };
  assert.equal(post(plain), plain);
  const search = { query, variables: '{"a":1}', extensions: 'no JSON' };
  assert.deepEqual(get(search), search);
});

test('a refusal has its status, and no cache keeps it', async () => {
  const { get, post } = await world();
  const status = (ask: () => unknown) => {
    try {
      ask();
    } catch (error) {
      assert.ok(error instanceof GraphQLError);
      const http = error.extensions.http as { status: number; headers: HeaderMap };
      assert.match(http.headers.get('cache-control') ?? '', /no-cache/);
      return [error.extensions.code, http.status];
    }
    return assert.fail('it was taken');
  };
  assert.deepEqual(
    status(() => post({ documentId: 'x' })),
    ['PERSISTED_QUERY_NOT_FOUND', 200],
  );
  assert.deepEqual(
    status(() => get({ documentId: 'x' })),
    ['PERSISTED_QUERY_NOT_FOUND', 200],
  );
  assert.deepEqual(
    status(() => post({ documentId: 7 })),
    ['BAD_REQUEST', 400],
  );
  assert.deepEqual(
    status(() => post({ query: 'x', extensions: { persistedQuery } })),
    ['BAD_REQUEST', 400],
  );
  assert.deepEqual(
    status(() => get({})),
    ['BAD_REQUEST', 400],
  );
});
