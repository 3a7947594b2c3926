/** Plans that a subgraph would refuse are found, and representations without a key are left out. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keys, library, shop } from '#tests/planning/supergraphs.ts';
import type { Plan, Requirement } from './plan.ts';
import { createPlanCheck } from './plan-check.ts';

function root(subgraph: string, operation: string): Plan {
  const request = { subgraph, operation, operationName: null, variables: [] };
  return { node: { kind: 'RootFetch', ...request, operationKind: 'query', path: [], outputRewrites: [] } };
}

function entities(subgraph: string, selection: string, requires: readonly Requirement[]): Plan {
  const operation = `query($representations:[_Any!]!){_entities(representations:$representations){${selection}}}`;
  const group = {
    responseKey: '_entities',
    variable: 'representations',
    paths: [[]],
    requires,
    inputRewrites: [],
    outputRewrites: [],
  };
  const request = { subgraph, operation, operationName: null, variables: [] };
  return { node: { kind: 'EntityFetch', ...request, groups: [group] } };
}

function on(typeCondition: string, ...names: readonly string[]): Requirement {
  const selections = names.map((responseKey) => toLeaf(responseKey));
  return { kind: 'Fragment', typeCondition, selections };
}

function toLeaf(responseKey: string): Requirement {
  return { kind: 'Field', responseKey, alias: null, selections: null };
}

function readRequires({ node }: Plan) {
  return node?.kind === 'EntityFetch' ? node.groups[0]?.requires : null;
}

describe('refused', () => {
  const refused: Record<string, [sdl: string, Plan]> = {
    'a field of another subgraph': [shop, root('catalog', '{ top { shipping } }')],
    'an external field': [
      shop,
      entities('reviews', '... on Product { price }', [on('Product', '__typename', 'id')]),
    ],
    'two fields under one name': [shop, root('catalog', '{ top { n: name n: price } }')],
    'one field with two arguments': [
      shop,
      root('catalog', '{ top { price(currency: "EUR") price(currency: "GBP") } }'),
    ],
    'types that conflict in the subgraph only': [
      keys,
      entities('two', '... on P { size } ... on R { size: c }', [on('P', 'upc')]),
    ],
    'a type behind an interface object': [library, root('stars', '{ rated { ... on Book { stars } } }')],
    'a key that is not resolvable': [keys, entities('two', '... on P { b }', [on('P', '__typename', 'id')])],
    'a subgraph that is none': [keys, root('four', '{ p { a } }')],
  };
  for (const [name, [sdl, plan]] of Object.entries(refused))
    test(name, () => assert.throws(() => createPlanCheck(sdl)(plan), { name: 'PlanningError' }));
});

describe('taken', () => {
  const taken: Record<string, [sdl: string, Plan]> = {
    'a provided field': [
      shop,
      entities('reviews', '... on Product { reviews { by { name } } }', [on('Product', '__typename', 'id')]),
    ],
    'a field of an interface object': [library, root('stars', '{ rated { __typename id stars } }')],
    'another of two keys': [keys, entities('two', '... on P { b }', [on('P', '__typename', 'upc')])],
    'a reference to an interface': [
      library,
      entities('books', '... on Media { title }', [on('Media', '__typename', 'id')]),
    ],
    nothing: [keys, { node: null }],
  };
  for (const [name, [sdl, plan]] of Object.entries(taken))
    test(name, () => assert.deepEqual(createPlanCheck(sdl)(plan), plan));
});

test('types whose key is not among what is required are not asked about', () => {
  const requires = [on('Book', '__typename', 'id'), on('Media', '__typename', 'title')];
  const plan = createPlanCheck(library)(entities('stars', '... on Media { stars }', requires));
  assert.deepEqual(readRequires(plan), [on('Book', '__typename', 'id', '__typename', 'title')]);
});
