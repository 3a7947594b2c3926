/** What plans change in representations and answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rewrite } from '../planning/plan.ts';
import { compileRewrites, readRenames } from './rewrites.ts';

const isOfType = (typeName: string, condition: string) => typeName === condition;
const inU = { kind: 'Field', responseKey: 'u' } as const;
const onT = { kind: 'Types', typeNames: ['T'] } as const;
const rename: Rewrite = { kind: 'Rename', path: [inU, onT], responseKey: 'm__alias_0', to: 'm' };
const set: Rewrite = { kind: 'Set', path: [onT], responseKey: '__typename', value: 'I' };

test('changed', () => {
  for (const [rewrite, before, after] of [
    [rename, '{"u":{"__typename":"T","m__alias_0":1}}', '{"u":{"__typename":"T","m":1}}'],
    [
      rename,
      '{"u":[{"__typename":"S","m":1},{"__typename":"T","m__alias_0":2}]}',
      '{"u":[{"__typename":"S","m":1},{"__typename":"T","m":2}]}',
    ],
    // What is false is a value, too, and what is not there stays away.
    [rename, '{"u":{"__typename":"T","m__alias_0":0}}', '{"u":{"__typename":"T","m":0}}'],
    [rename, '{"u":{"__typename":"T","m__alias_0":null}}', '{"u":{"__typename":"T","m":null}}'],
    [rename, '{"u":{"__typename":"T"}}', '{"u":{"__typename":"T"}}'],
    [rename, '{"u":null}', '{"u":null}'],
    [{ ...rename, to: '__proto__' }, '{"u":{"m__alias_0":1}}', '{"u":{"__proto__":1}}'],
    [set, '{"__typename":"T","id":"1"}', '{"__typename":"I","id":"1"}'],
    [set, '{"__typename":"S"}', '{"__typename":"S"}'],
  ] as const) {
    const object = JSON.parse(before);
    compileRewrites([rewrite], isOfType)?.(object);
    assert.equal(JSON.stringify(object), after);
  }
});

test('what keys are called by clients', () => {
  assert.deepEqual([...readRenames([set, rename])], [['m__alias_0', 'm']]);
  assert.equal(compileRewrites([], isOfType), null);
});
