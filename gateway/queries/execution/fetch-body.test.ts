/** Requests to subgraphs are JSON, with the variables that the client has sent and no others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EntityFetch, EntityGroup, RootFetch } from '../planning/plan.ts';
import { compileBody } from './fetch-body.ts';

const request = { subgraph: 'a', operation: '{ a(b: "c") }', operationName: null, variables: [] };
const root: RootFetch = {
  ...request,
  kind: 'RootFetch',
  operationKind: 'query',
  path: [],
  outputRewrites: [],
};
const group = (variable: string): EntityGroup => ({
  ...{ responseKey: '_entities', variable, paths: [[]], requires: [], inputRewrites: [], outputRewrites: [] },
});

test('root fields', () => {
  const variables = ['x', 'constructor'];
  const write = compileBody({ ...root, operationName: 'Q"', variables });
  const cases: [Record<string, unknown>, object][] = [
    [{}, {}],
    [{ x: null, y: 1 }, { x: null }],
    [{ x: { __proto__: null, a: ['"'] } }, { x: { a: ['"'] } }],
    [{ x: undefined, constructor: 0 }, { constructor: 0 }],
  ];
  for (const [values, sent] of cases)
    assert.deepEqual(JSON.parse(write(values, [])), {
      ...{ query: root.operation, operationName: 'Q"', variables: sent },
    });
  assert.deepEqual(JSON.parse(compileBody(root)({ x: 1 }, [])), { query: root.operation });
});

test('entities', () => {
  const fetch: EntityFetch = {
    ...request,
    kind: 'EntityFetch',
    variables: ['x'],
    groups: [group('r0'), group('r1')],
  };
  assert.deepEqual(JSON.parse(compileBody(fetch)({ x: 1 }, ['[{"id":1}]'])), {
    query: root.operation,
    variables: { r0: [{ id: 1 }], r1: [], x: 1 },
  });
});
