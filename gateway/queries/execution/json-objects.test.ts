/** Names that mean something to JavaScript are names like others, and what two fetches bring of one object becomes one object. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from './json-objects.ts';
import { copyJson, createRead, merge } from './json-objects.ts';

const nasty = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

test('a field is there only when it was sent', () => {
  for (const name of nasty) {
    assert.equal(createRead(name)({}), undefined, name);
    assert.equal(createRead(name)(JSON.parse(`{"${name}":1}`)), 1, name);
  }
});

test('merged', () => {
  for (const [target, source, merged] of [
    ['{"a":1,"b":2}', '{"b":3,"c":null}', '{"a":1,"b":3,"c":null}'],
    ['{"o":{"a":1}}', '{"o":{"b":2}}', '{"o":{"a":1,"b":2}}'],
    ['{"l":[{"a":1},null]}', '{"l":[{"b":2},{"b":3}]}', '{"l":[{"a":1,"b":2},{"b":3}]}'],
    ['{"l":[[{"a":1}]]}', '{"l":[[{"b":2}]]}', '{"l":[[{"a":1,"b":2}]]}'],
    ['{"l":[1,2]}', '{"l":[3]}', '{"l":[3]}'],
    ['{"o":{"a":1}}', '{"o":[1]}', '{"o":[1]}'],
    ['{"o":[1]}', '{"o":{"a":1}}', '{"o":{"a":1}}'],
    ['{"o":{"a":1}}', '{"o":null}', '{"o":null}'],
    ['{}', '{"__proto__":{"a":1},"constructor":2}', '{"__proto__":{"a":1},"constructor":2}'],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"b":2}}', '{"__proto__":{"a":1,"b":2}}'],
  ] as const) {
    const result: JsonObject = JSON.parse(target);
    merge(result, JSON.parse(source));
    assert.equal(JSON.stringify(result), merged);
    assert.equal(Reflect.get({}, 'a'), undefined);
  }
});

test('the name of an interface is not put in the place of what an object is', () => {
  const object: JsonObject = { __typename: 'User' };
  merge(object, { __typename: 'Node' }, new Set(['Node']));
  assert.deepEqual(object, { __typename: 'User' });
  merge(object, { __typename: 'Admin' }, new Set(['Node']));
  assert.deepEqual(object, { __typename: 'Admin' });
});

test('a copy shares nothing', () => {
  const text = '{"a":[{"b":{"__proto__":[1]}}],"c":null}';
  const original = JSON.parse(text);
  const copy = copyJson(original);
  assert.equal(JSON.stringify(copy), text);
  copy.a[0].b = null;
  assert.equal(JSON.stringify(original), text);
});
