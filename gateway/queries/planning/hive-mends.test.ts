/** Plans of Hive's planner that are left to the other one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bringsWhatItRequires } from './brought-fields.ts';
import { putMutationsInOrder } from './mutation-order.ts';
import type { EntityFetch, PlanNode, RootFetch } from './plan.ts';
import { PlanningError } from './planner.ts';

function fetchRoot(operation: string, subgraph = 'a'): RootFetch {
  const operationKind = operation.startsWith('mutation') ? 'mutation' : 'query';
  return {
    ...{ kind: 'RootFetch', subgraph, operation, operationName: null, variables: [], operationKind },
    ...{ path: [], outputRewrites: [] },
  };
}

function fetchEntity(operation: string, ...required: string[]): EntityFetch {
  const selections = required.map(
    (responseKey) => ({ kind: 'Field', responseKey, alias: null, selections: null }) as const,
  );
  return {
    ...{ kind: 'EntityFetch', subgraph: 'b', operation, operationName: null, variables: [] },
    groups: [
      {
        ...{ responseKey: '_entities', variable: 'representations', paths: [[]] },
        ...{
          requires: [{ kind: 'Fragment', typeCondition: 'T', selections }],
          inputRewrites: [],
          outputRewrites: [],
        },
      },
    ],
  };
}

test('a plan has to fetch what it requires', () => {
  const root = fetchRoot('{t{__typename id}}');
  const named = fetchEntity('{_entities{...on T{name}}}', '__typename', 'id');
  const byName = fetchEntity('{_entities{...on T{price}}}', '__typename', 'name');
  for (const [node, answer] of [
    [null, true],
    [root, true],
    [{ kind: 'Sequence', nodes: [root, named, byName] }, true],
    [{ kind: 'Sequence', nodes: [root, byName] }, false],
    [{ kind: 'Sequence', nodes: [root, byName, named] }, false],
    [{ kind: 'Sequence', nodes: [root, { kind: 'Parallel', nodes: [named, byName] }] }, false],
    [
      { kind: 'Sequence', nodes: [root, { kind: 'Parallel', nodes: [named, fetchRoot('{x}')] }, byName] },
      true,
    ],
  ] as [PlanNode | null, boolean][])
    assert.equal(bringsWhatItRequires({ node }), answer);
});

test('mutations that are joined or doubled may be out of order', () => {
  const plan = (...operations: string[]): PlanNode => ({
    kind: 'Sequence',
    nodes: operations.map((operation, index) => fetchRoot(operation, `s${index}`)),
  });
  assert.deepEqual(putMutationsInOrder(plan('mutation{a b}')), plan('mutation{a b}'));
  assert.deepEqual(
    putMutationsInOrder(plan('mutation{a}', 'mutation{b}')),
    plan('mutation{a}', 'mutation{b}'),
  );
  for (const operations of [
    ['mutation{a c}', 'mutation{b}'],
    ['mutation{a}', 'mutation{b}', 'mutation{a}'],
  ])
    assert.throws(() => putMutationsInOrder(plan(...operations)), PlanningError);
});
