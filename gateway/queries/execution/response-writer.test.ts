/** What was fetched -> what the client gets: fields in its order, values of their types, and nulls only where the schema allows them (6.4.4). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { readFragments } from './pass-through.ts';
import type { Violation } from './response-writer.ts';
import { compileResponse } from './response-writer.ts';

const answerBytesMax = 4_096;
const schema = buildSchema(`
  type Query { v: V vs: [V] vsN: [V!] vsNN: [V!]! lists: [[V!]]! i: I u: U q: Query }
  interface I { n: Int }
  type V implements I { n: Int m: Int! v: V w: V! }
  type W implements I { n: Int! }
  union U = V | W
`);

function write(text: string, data: string | object, conditions = new Map<string, boolean>()) {
  const document = parse(text);
  const operation = getOperationAST(document);
  const type = schema.getQueryType();
  if (!operation || !type) throw new Error('no operation');
  const fragments = readFragments(document.definitions);
  const nothing = new Set<never>();
  const options = { schema, fragments, conditions, denied: nothing, deferred: nothing, answerBytesMax };
  const violations: Violation[] = [];
  const introspect = () => '"meta"';
  const answer = compileResponse(
    type,
    operation.selectionSet,
    options,
  )(typeof data === 'string' ? JSON.parse(data) : data, { violations, introspect });
  return [answer, violations.map(({ reversedPath }) => reversedPath.toReversed().join('.'))];
}

test('an answer is not longer than it may be, however it comes to that', () => {
  const items = JSON.stringify({ vs: new Array(600).fill({ m: 1 }) });
  assert.throws(() => write('{ vs { m } }', items), /longer than 4096 bytes/);
  let read = 0;
  const counted = {
    get m() {
      read += 1;
      return 1;
    },
  };
  assert.throws(
    () => write('{ vs { m } }', { vs: new Array(100_000).fill(counted) }),
    /longer than 4096 bytes/,
  );
  assert.ok(read < 4_096, 'what comes after it is not looked at');
});

test('nulls go up to where they are allowed', () => {
  for (const [text, data, answer, paths] of [
    ['{ v { n } }', '{"v":{}}', '{"v":{"n":null}}', []],
    ['{ v { m } }', '{"v":{"m":null}}', '{"v":null}', ['v.m']],
    ['{ v { w { m } } }', '{"v":{"w":{}}}', '{"v":null}', ['v.w.m']],
    ['{ v { v { m } n } }', '{"v":{"v":{},"n":1}}', '{"v":{"v":null,"n":1}}', ['v.v.m']],
    ['{ vs { m } }', '{"vs":[{"m":1},{},null]}', '{"vs":[{"m":1},null,null]}', ['vs.1.m']],
    ['{ vsN { m } }', '{"vsN":[{"m":1},{},null]}', '{"vsN":null}', ['vsN.1.m', 'vsN.2']],
    ['{ vsNN { m } }', '{"vsNN":[null]}', null, ['vsNN.0']],
    ['{ vsNN { m } }', '{}', null, ['vsNN']],
    [
      '{ lists { m } }',
      '{"lists":[[{"m":1}],[{}],null]}',
      '{"lists":[[{"m":1}],null,null]}',
      ['lists.1.0.m'],
    ],
  ] as const)
    assert.deepEqual(write(text, data), [answer, paths], `${text} ${data}`);
});

test('values that are not of their type are null', () => {
  for (const [text, data, answer, paths] of [
    ['{ v { n } }', '{"v":{"n":"1"}}', '{"v":{"n":null}}', ['v.n']],
    ['{ v { m } }', '{"v":{"m":"1"}}', '{"v":null}', ['v.m']],
    ['{ v { n } }', '{"v":[{"n":1}]}', '{"v":null}', ['v']],
    ['{ v { n } }', '{"v":"text"}', '{"v":null}', ['v']],
    ['{ vs { n } }', '{"vs":{"n":1}}', '{"vs":null}', ['vs']],
  ] as const)
    assert.deepEqual(write(text, data), [answer, paths], `${text} ${data}`);
});

test('objects are what their __typename says, if they can be', () => {
  const both = '{ i { __typename ... on V { m } ... on W { k: n } } }';
  for (const [text, data, answer, paths] of [
    [both, '{"i":{"__typename":"V","m":1}}', '{"i":{"__typename":"V","m":1}}', []],
    [both, '{"i":{"__typename":"W","k":1}}', '{"i":{"__typename":"W","k":1}}', []],
    [both, '{"i":{"__typename":"Gone","m":1}}', '{"i":null}', ['i']],
    [both, '{"i":{"__typename":"Query"}}', '{"i":null}', ['i']],
    [both, '{"i":{"__typename":"I"}}', '{"i":null}', ['i.__typename']],
    ['{ v { t: __typename m } }', '{"v":{"__typename":"I","t":"I","m":1}}', '{"v":{"t":"V","m":1}}', []],
    ['{ v { m } }', '{"v":{"__typename":"W","m":1}}', '{"v":null}', ['v']],
    ['{ u { ... on I { n } } }', '{"u":{"__typename":"W","n":null}}', '{"u":null}', ['u.n']],
    ['{ u { ... on U { ... on I { n } } } }', '{"u":{"__typename":"V","n":1}}', '{"u":{"n":1}}', []],
    [
      '{ q { __typename v { n } } }',
      '{"q":{"__typename":"RootQuery"}}',
      '{"q":{"__typename":"Query","v":null}}',
      [],
    ],
  ] as const)
    assert.deepEqual(write(text, data), [answer, paths], `${text} ${data}`);
});

test("fields are the client's, in its order, under its names, each once", () => {
  for (const [text, data, answer] of [
    ['{ v { ...F n } v { m n } } fragment F on I { n }', '{"v":{"n":1,"m":2,"x":3}}', '{"v":{"n":1,"m":2}}'],
    [
      '{ __proto__: v { constructor: n } }',
      '{"__proto__":{"constructor":1}}',
      '{"__proto__":{"constructor":1}}',
    ],
    ['{ toString: v { n } }', '{}', '{"toString":null}'],
    ['{ v { ... { n @skip(if: true) m @include(if: true) } } }', '{"v":{"n":1,"m":2}}', '{"v":{"m":2}}'],
    ['{ v { ... @include(if: false) { n } } }', '{"v":{}}', '{"v":{}}'],
    [
      '{ __typename s: __schema { __typename } vs { n } }',
      '{"vs":[]}',
      '{"__typename":"Query","s":"meta","vs":[]}',
    ],
  ] as const)
    assert.deepEqual(write(text, data), [answer, []], text);
  const text = 'query($c: Boolean!) { v { n @skip(if: $c) m @include(if: $c) } }';
  assert.deepEqual(write(text, '{"v":{"n":1,"m":2}}', new Map([['c', true]])), ['{"v":{"m":2}}', []]);
  assert.deepEqual(write(text, '{"v":{"n":1}}', new Map([['c', false]])), ['{"v":{"n":1}}', []]);
});
