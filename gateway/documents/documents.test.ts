/** Which text runs, for everything a client may send: texts, ids, hashes, both, neither, and what nobody should send. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { createMetrics } from '#platform/metrics.ts';
import { createAutomaticDocuments } from './automatic-documents.ts';
import { createDocumentMetrics } from './document-metrics.ts';
import type { DocumentRequest } from './documents.ts';
import { createDocuments } from './documents.ts';
import { hashDocument } from './manifest.ts';
import { createTrustedDocuments } from './trusted-documents.ts';

const logger = pino({ level: 'silent' });
const folder = mkdtempSync(join(tmpdir(), 'documents-'));
after(() => rmSync(folder, { recursive: true }));

const listed = 'query Listed { viewer { email } }';
const other = 'query Other { viewer { id } }';
const path = join(folder, 'manifest.json');
writeFileSync(path, JSON.stringify({ md5: listed, [hashDocument('{ elsewhere }')]: other }));

async function world({ isTrustedOnly = false, bytesMax = 100_000, paths = [path] } = {}) {
  const trusted = await createTrustedDocuments({ paths, logger });
  const registry = createMetrics('test');
  const automatic = createAutomaticDocuments(bytesMax);
  const metrics = createDocumentMetrics(registry, {
    trustedCount: () => trusted.all().length,
    automaticBytes: () => automatic?.bytes ?? 0,
  });
  const documents = createDocuments({ charsMax: 64 * 1024, trusted, automatic, isTrustedOnly, metrics });
  return {
    /** The text, or the code. */
    ask: (request: DocumentRequest) => {
      const outcome = documents.resolve(request);
      return outcome.kind === 'text' ? outcome.query : String(outcome.error.extensions.code);
    },
    documents,
    automatic,
    count: async (name: string) =>
      Number(new RegExp(`^${name}.* (\\d+)$`, 'm').exec(await registry.metrics())?.[1] ?? 0),
    [Symbol.dispose]: () => trusted[Symbol.dispose](),
  };
}

const byHash = (sha256Hash: unknown, version: unknown = 1) => ({
  extensions: { persistedQuery: { version, sha256Hash } },
});

test('a trusted document runs by its id or its hash, in each way to say it', async () => {
  for (const isTrustedOnly of [false, true]) {
    using asked = await world({ isTrustedOnly });
    const hash = hashDocument(listed);
    for (const id of ['md5', hash, `sha256:${hash}`]) {
      assert.equal(asked.ask({ documentId: id }), listed);
      assert.equal(asked.ask({ documentId: id, query: '' }), listed);
      assert.equal(asked.ask(byHash(id)), listed);
      assert.equal(asked.ask({ ...byHash(id), query: listed }), listed);
      assert.equal(asked.ask({ ...byHash(id), query: other, documentId: null }), 'BAD_REQUEST');
    }
    assert.equal(await asked.count('gateway_trusted_documents_used_total'), 9);
    assert.equal(await asked.count('gateway_trusted_documents\\b'), 2);
  }
});

test('the manifest decides what its ids mean', async () => {
  using asked = await world();
  const hash = hashDocument('{ elsewhere }');
  assert.equal(asked.ask(byHash(hash)), other);
  assert.equal(asked.ask({ ...byHash(hash), query: '{ elsewhere }' }), 'BAD_REQUEST');
  assert.equal(asked.ask(byHash(hash)), other);
});

test('with trusted documents only, a text has to be one of them and nothing can be registered', async () => {
  using asked = await world({ isTrustedOnly: true });
  assert.equal(asked.ask({ query: listed }), listed);
  for (const query of [`${listed} `, '{ __schema { queryType { name } } }', '']) {
    assert.equal(asked.ask({ query }), 'QUERY_NOT_IN_SAFELIST');
    const code = query === '' ? 'PERSISTED_QUERY_NOT_IN_LIST' : 'QUERY_NOT_IN_SAFELIST';
    assert.equal(asked.ask({ query, ...byHash(hashDocument(query)) }), code);
    assert.equal(asked.ask(byHash(hashDocument(query))), 'PERSISTED_QUERY_NOT_IN_LIST');
  }
  assert.equal(asked.ask({ documentId: 'unknown' }), 'PERSISTED_QUERY_NOT_IN_LIST');
  assert.equal(asked.automatic?.bytes, 0);
  assert.equal(await asked.count('gateway_apq_registrations_total'), 0);
  assert.equal(await asked.count('gateway_documents_refused_total\\{code="PERSISTED_QUERY_NOT_IN_LIST"'), 5);
});

test('a text that was sent with its hash runs by the hash from then on', async () => {
  using asked = await world();
  const query = '{ viewer { handle } }';
  const hash = hashDocument(query);
  assert.equal(asked.ask(byHash(hash)), 'PERSISTED_QUERY_NOT_FOUND');
  assert.equal(asked.ask({ ...byHash(hash), query: `${query} ` }), 'BAD_REQUEST');
  assert.equal(asked.ask({ ...byHash(hash.toUpperCase()), query }), 'BAD_REQUEST');
  assert.equal(asked.ask(byHash(hash)), 'PERSISTED_QUERY_NOT_FOUND');
  assert.equal(asked.ask({ ...byHash(hash), query }), query);
  assert.equal(asked.ask({ ...byHash(hash), query }), query);
  assert.equal(asked.ask(byHash(hash)), query);
  assert.equal(asked.ask({ documentId: `sha256:${hash}` }), query);
  assert.equal(asked.ask({ ...byHash(hash), query: `${query} ` }), 'BAD_REQUEST');
  assert.deepEqual(
    await Promise.all(
      ['hits', 'misses', 'registrations'].map((what) => asked.count(`gateway_apq_${what}_total`)),
    ),
    [2, 2, 1],
  );
});

test('what is kept is bounded, and may be nothing', async () => {
  using bounded = await world({ bytesMax: 20_000 });
  for (let n = 0; n < 200; n += 1) {
    const query = `{ a${n} ${'x '.repeat(n)} }`;
    assert.equal(bounded.ask({ ...byHash(hashDocument(query)), query }), query);
    assert.ok((bounded.automatic?.bytes ?? 0) <= 20_000);
  }
  const long = `{ ${'x '.repeat(20_000)} }`;
  assert.equal(bounded.ask({ ...byHash(hashDocument(long)), query: long }), long);
  assert.equal(bounded.ask(byHash(hashDocument(long))), 'PERSISTED_QUERY_NOT_FOUND');

  using off = await world({ bytesMax: 0, paths: [] });
  assert.equal(off.ask({ ...byHash(hashDocument(other)), query: other }), other);
  assert.equal(off.ask(byHash(hashDocument(other))), 'PERSISTED_QUERY_NOT_SUPPORTED');
  using listOnly = await world({ bytesMax: 0 });
  assert.equal(listOnly.ask(byHash('unknown')), 'PERSISTED_QUERY_NOT_FOUND');
});

test('names that can not be one are refused, others are just not known', async () => {
  using asked = await world();
  const unusable: unknown[] = [7, true, {}, [], ['md5'], { toString: 'md5' }];
  for (const value of [...unusable, null, undefined])
    assert.equal(asked.ask(byHash(value)), 'BAD_REQUEST', JSON.stringify(value));
  for (const value of unusable) assert.equal(asked.ask({ documentId: value }), 'BAD_REQUEST');
  for (const version of [0, 2, '1', null]) assert.equal(asked.ask(byHash('md5', version)), 'BAD_REQUEST');
  for (const persistedQuery of [0, '', 'md5', [], true])
    assert.equal(asked.ask({ query: other, extensions: { persistedQuery } }), 'BAD_REQUEST');
  for (const id of ['', '__proto__', 'constructor', 'toString', 'sha256:', '\0', '\ud800', 'x'.repeat(1e6)]) {
    assert.equal(asked.ask({ documentId: id }), 'PERSISTED_QUERY_NOT_FOUND');
    assert.equal(asked.ask({ documentId: id, query: other }), 'BAD_REQUEST');
  }
});

test('without a name a text runs, and there has to be one', async () => {
  using asked = await world();
  for (const extensions of [undefined, null, {}, [], 'x', { persistedQuery: null }]) {
    assert.equal(asked.ask({ query: other, extensions }), other);
    assert.equal(asked.ask({ query: '', extensions }), '');
    for (const query of [undefined, null, 7, {}, [other]])
      assert.equal(asked.ask({ query, extensions }), 'BAD_REQUEST');
  }
  assert.equal(asked.ask({ documentId: 'md5', query: 7 }), 'BAD_REQUEST');
});

test('a refusal says nothing of what was asked', async () => {
  using asked = await world({ isTrustedOnly: true });
  for (const request of [{ query: '{ secret }' }, { documentId: 'secret' }, byHash({ secret: 1 })]) {
    const outcome = asked.documents.resolve(request);
    assert.ok(outcome.kind === 'refused');
    assert.doesNotMatch(JSON.stringify(outcome.error), /secret/);
    assert.ok(outcome.status >= 400);
  }
});
