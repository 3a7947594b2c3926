/** A subgraph's answer is handed on as it came only where nobody could tell the difference. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { SubgraphReply } from '../../traffic/exchange.ts';
import type { RootFetch } from '../planning/plan.ts';
import { findPassThrough, readFragments } from './pass-through.ts';
import { createQuerySchema } from './query-schema.ts';
import { isDataAlone } from './source-reply.ts';

const shown =
  'type Query { v: V c: Color i: I } type V { a: Int b: Int } enum Color { RED } interface I { a: Int }';
const api = buildSchema(`${shown} type T implements I { a: Int }`);
const whole = buildSchema(
  `${shown.replace('RED', 'RED GONE')} type T implements I { a: Int } type Gone implements I { a: Int }`,
);
const schema = createQuerySchema({ supergraphSdl: 'type Query { a: Int }', supergraph: whole, api });
const fetch: RootFetch = {
  ...{ kind: 'RootFetch', subgraph: 'a', operation: '', operationName: null, variables: [] },
  ...{ operationKind: 'query', path: [], outputRewrites: [] },
};

function passes(client: string, operation: string, change: Partial<RootFetch> = {}): boolean {
  const document = parse(client);
  const wanted = getOperationAST(document);
  if (!wanted) throw new Error('no operation');
  const node = { ...fetch, operation, ...change };
  return (
    findPassThrough(node, { ...wanted, fragments: readFragments(document.definitions) }, schema) !== null
  );
}

test('when one fetch asks for exactly that', () => {
  for (const [client, operation, answer] of [
    ['{ v { a b } }', '{v{a b}}', true],
    ['{ v { ...F } } fragment F on V { a }', '{v{...on V{a}}}', true],
    ['{ v { b a } }', '{v{a b}}', false],
    ['{ v { a } }', '{v{__typename a}}', false],
    ['{ v { x: a } }', '{v{a}}', false],
    ['{ __schema { description } }', '{__schema{description}}', false],
    // Clients must not see all that these may be.
    ['{ c }', '{c}', false],
    ['{ i { a } }', '{i{a}}', false],
  ] as const)
    assert.equal(passes(client, operation), answer, client);
  const outputRewrites = [{ kind: 'Rename', path: [], responseKey: 'x', to: 'v' } as const];
  assert.equal(passes('{ v { a } }', '{v{a}}', { outputRewrites }), false);
  assert.equal(passes('{ v { a } }', '{v{a}}', { path: [{ kind: 'Field', responseKey: 'v' }] }), false);
});

test('when the answer has data and nothing else', () => {
  for (const [text, isWhole] of [
    ['{"data":{"text":"\\"errors\\": [1]"}}', true],
    ['{"data":{"text":"}}"}}', true],
    ['{"data":{"text":"x"},"errors":[{"message":"no"}]}', false],
    ['{"errors":[{"message":"no"}],"data":{"text":"x"}}', false],
    ['{"data":null,"errors":[{"message":"no"}]}', false],
    ['{"data":{"text":"x"},"extensions":{"a":{}}}', false],
    ['{"data":{"text":"x"},"errors":[{"message":"no"}],"extensions":{"a":{}}}', false],
  ] as const) {
    const reply = new SubgraphReply(200, Buffer.from(text), undefined);
    assert.equal(isDataAlone(reply), isWhole, text);
  }
});
