/** From what is known of an entity to what a subgraph is told of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Requirement } from '../planning/plan.ts';
import { compileRepresentation } from './representations.ts';

const isOfType = (typeName: string, condition: string) => typeName === condition || condition === 'I';
const leaf = (responseKey: string, alias: string | null = null): Requirement => ({
  kind: 'Field',
  responseKey,
  alias,
  selections: null,
});
const node = (responseKey: string, ...selections: Requirement[]): Requirement => ({
  kind: 'Field',
  responseKey,
  alias: null,
  selections,
});
const on = (typeCondition: string, ...selections: Requirement[]): Requirement => ({
  kind: 'Fragment',
  typeCondition,
  selections,
});
const typeName = leaf('__typename');

test('represented', () => {
  for (const [requires, entity, text] of [
    [
      [on('T', typeName, leaf('id'))],
      '{"__typename":"T","id":"a\\"b","x":1}',
      '{"__typename":"T","id":"a\\"b"}',
    ],
    [[on('T', typeName, leaf('id'))], '{"__typename":"T","id":null}', '{"__typename":"T","id":null}'],
    [[on('I', typeName, leaf('id'))], '{"__typename":"T","id":1}', '{"__typename":"T","id":1}'],
    // An entity that is of another type, of none, or without a part of it, is not asked for.
    [[on('T', typeName, leaf('id'))], '{"__typename":"S","id":1}', null],
    [[on('T', typeName, leaf('id'))], '{"id":1}', null],
    [[on('T', typeName, leaf('id'))], '{"__typename":"T"}', null],
    [[on('T', typeName, leaf('constructor'))], '{"__typename":"T"}', null],
    [[on('T', typeName, leaf('id')), on('T', leaf('price'))], '{"__typename":"T","id":1}', null],
    [
      [on('T', typeName, leaf('id')), on('S', leaf('n'))],
      '{"__typename":"T","id":1}',
      '{"__typename":"T","id":1}',
    ],
    [
      [on('T', typeName, node('org', leaf('id')))],
      '{"__typename":"T","org":{"id":1,"x":2}}',
      '{"__typename":"T","org":{"id":1}}',
    ],
    [
      [on('T', typeName, node('v', leaf('a')))],
      '{"__typename":"T","v":[[{"a":1}],null]}',
      '{"__typename":"T","v":[[{"a":1}],null]}',
    ],
    [
      [on('T', typeName, leaf('json'))],
      '{"__typename":"T","json":{"__proto__":1}}',
      '{"__typename":"T","json":{"__proto__":1}}',
    ],
    // The planner has put it elsewhere, since the client has other arguments for the field.
    [[on('T', typeName, leaf('f', '_f'))], '{"__typename":"T","f":1,"_f":2}', '{"__typename":"T","f":2}'],
  ] as const)
    assert.equal(compileRepresentation({ requires, inputRewrites: [] }, isOfType)(JSON.parse(entity)), text);
});

test('as an interface object', () => {
  const requires = [on('I', typeName, leaf('id'))];
  const path = [{ kind: 'Types', typeNames: ['I'] }] as const;
  const represent = compileRepresentation(
    { requires, inputRewrites: [{ kind: 'Set', path, responseKey: '__typename', value: 'I' }] },
    isOfType,
  );
  assert.equal(represent({ __typename: 'T', id: '1' }), '{"__typename":"I","id":"1"}');
});
