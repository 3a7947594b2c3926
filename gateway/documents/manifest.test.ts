/** Both formats of manifests, and files that are neither. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashDocument, ManifestError, parseManifest } from './manifest.ts';

const apollo = (...operations: unknown[]) =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });

test("Apollo's format, as its generator writes it", () => {
  const manifest = apollo(
    { id: 'a1', body: 'query A { a }', name: 'A', type: 'query' },
    { id: 'b2', body: 'mutation B { b }', name: 'B', type: 'mutation', clientName: null },
  );
  assert.deepEqual(parseManifest(manifest), [
    { id: 'a1', text: 'query A { a }' },
    { id: 'b2', text: 'mutation B { b }' },
  ]);
});

test('ids and texts, as the Relay compiler and GraphQL codegen write them, whatever the ids are', () => {
  assert.deepEqual(parseManifest('{"__proto__": "{ a }", "constructor": "{ b }", "format": "{ c }"}'), [
    { id: '__proto__', text: '{ a }' },
    { id: 'constructor', text: '{ b }' },
    { id: 'format', text: '{ c }' },
  ]);
  assert.deepEqual(parseManifest('{}'), []);
});

test('what is no manifest is refused, and no document is quoted', () => {
  const bad: [string, RegExp][] = [
    ['{ "a": "{ secret }" ', /not JSON/],
    ['["{ secret }"]', /not a JSON object/],
    ['null', /not a JSON object/],
    ['{"a": "{ secret }", "b": {"text": "{ secret }"}}', /"b" is not a text/],
    [apollo({ id: 'a', body: 7 }), /operation 0 has no/],
    [apollo({ id: 'a', body: '{ secret }' }, { body: '{ secret }' }), /operation 1 has no/],
    ['{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}', /not version 1/],
    ['{"format": "apollo-persisted-query-manifest", "version": 1, "operations": {}}', /not a list/],
  ];
  for (const [text, message] of bad) {
    assert.throws(
      () => parseManifest(text),
      (error) =>
        error instanceof ManifestError && message.test(error.message) && !/secret/.test(error.message),
      text,
    );
  }
});

test('the hash is the one of GraphQL over HTTP, appendix A', () => {
  const expected = '7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e';
  assert.equal(hashDocument('query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}'), expected);
});
