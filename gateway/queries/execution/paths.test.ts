/** Paths lead to every object they name, through lists of any depth, past nulls and other types. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PathStep } from '../planning/plan.ts';
import type { JsonObject } from './json-objects.ts';
import { compilePath, findPlaces } from './paths.ts';

const isOfType = (typeName: string, condition: string) => typeName === condition || condition === 'Node';
const field = (responseKey: string): PathStep => ({ kind: 'Field', responseKey });
const items: PathStep = { kind: 'Items' };
const types = (...typeNames: string[]): PathStep => ({ kind: 'Types', typeNames });

test('objects, and where they are', () => {
  for (const [steps, text, places] of [
    [[], '{"id":0}', [[]]],
    [[field('a')], '{"a":{"id":0}}', [['a']]],
    [[field('a')], '{"a":null}', []],
    [[field('constructor')], '{}', []],
    [[field('__proto__')], '{"__proto__":{"id":0}}', [['__proto__']]],
    [
      [field('a'), items],
      '{"a":[{"id":0},null,{"id":1}]}',
      [
        ['a', 0],
        ['a', 2],
      ],
    ],
    [
      [field('a'), items, items],
      '{"a":[[{"id":0}],null,[null,{"id":1}]]}',
      [
        ['a', 0, 0],
        ['a', 2, 1],
      ],
    ],
    [
      [field('a'), field('b')],
      '{"a":[{"b":{"id":0}},{"b":[{"id":1}]}]}',
      [
        ['a', 0, 'b'],
        ['a', 1, 'b', 0],
      ],
    ],
    [[field('a'), items, types('T')], '{"a":[{"__typename":"S"},{"__typename":"T"}]}', [['a', 1]]],
    [
      [field('a'), items, types('Node')],
      '{"a":[{"__typename":"S"},{"__typename":"T"}]}',
      [
        ['a', 0],
        ['a', 1],
      ],
    ],
    [[field('a'), items], '{"a":{"id":0}}', []],
  ] as const) {
    const data: JsonObject = JSON.parse(text);
    const visited: JsonObject[] = [];
    compilePath(steps, isOfType)(data, (object) => visited.push(object));
    const found = findPlaces(steps, data, isOfType);
    assert.deepEqual(
      visited.flatMap((object) => found.get(object) ?? []),
      places,
      text,
    );
  }
});
