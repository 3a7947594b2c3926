/** What is kept, for how long and in how many bytes, and what is forgotten when something has changed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createEntityStore } from './entity-store.ts';
import { tagsOf } from './entity-tags.ts';

const bytesMax = 64 * 1024;
const noted = () => {
  const counts = { evicted: 0 };
  const onEvicted = () => {
    counts.evicted += 1;
  };
  const store = createEntityStore({ bytesMax, onEvicted });
  return { counts, store };
};
const entity = (id: string, text = `"${id}"`) => ({ text, tags: tagsOf({ __typename: 'User', id }) });

test('the bytes stay below the limit, the least recently used goes first', () => {
  const { counts, store } = noted();
  for (let n = 0; n < 1_000; n += 1) {
    store.keep(`key ${n}`, entity(`u${n}`, JSON.stringify('x'.repeat(n % 300))), 60);
    store.read('key 0');
    assert.ok(store.bytes <= bytesMax);
  }
  assert.notEqual(store.read('key 0'), null);
  assert.equal(store.read('key 1'), null);
  assert.notEqual(store.read('key 999'), null);
  assert.ok(counts.evicted > 800);
  store.keep('too long', entity('u', 'x'.repeat(bytesMax)), 60);
  assert.equal(store.read('too long'), null);
});

test('dropped is what has all tags of the entity, whatever else it has', () => {
  const { store } = noted();
  const keep = (key: string, representation: Parameters<typeof tagsOf>[0]) =>
    store.keep(key, { text: 'null', tags: tagsOf(representation) }, 60);
  keep('plain', { __typename: 'User', id: 'ada' });
  keep('with more', { __typename: 'User', id: 'ada', region: 'eu', nested: { id: 'linus' } });
  keep('other', { __typename: 'User', id: 'linus', region: 'eu' });
  keep('other type', { __typename: 'Bot', id: 'ada' });
  keep('number', { __typename: 'User', id: 7 });
  const left = () =>
    ['plain', 'with more', 'other', 'other type', 'number'].filter((key) => store.read(key) !== null);
  assert.equal(store.drop(tagsOf({ __typename: 'User', region: 'eu', id: 'ada' })), 1);
  assert.deepEqual(left(), ['plain', 'other', 'other type', 'number']);
  assert.equal(store.drop(tagsOf({ __typename: 'User', id: 'ada' })), 1);
  assert.equal(store.drop(tagsOf({ __typename: 'User', id: '7' })), 1);
  assert.deepEqual(left(), ['other', 'other type']);
  assert.equal(store.drop(tagsOf({ __typename: 'User', id: 'ada' })), 0);
  assert.equal(store.drop(tagsOf({ __typename: 'User' })), 0);
  assert.deepEqual(left(), ['other', 'other type']);
});

test('after a drop nothing of the entity is found, whatever was kept, replaced and evicted before', () => {
  const id = fc.constantFrom('a', 'b', 'c');
  const step = fc.record({ key: fc.constantFrom('1', '2', '3'), id, chars: fc.constantFrom(10, 20_000) });
  fc.assert(
    fc.property(fc.array(step), id, (steps, dropped) => {
      const { store } = noted();
      const latest = new Map<string, string>();
      for (const { key, id: owner, chars } of steps) {
        // A key stands for one entity, as a representation does.
        store.keep(`${owner} ${key}`, entity(owner, 'x'.repeat(chars)), 60);
        latest.set(`${owner} ${key}`, owner);
      }
      store.drop(tagsOf({ __typename: 'User', id: dropped }));
      for (const [key, owner] of latest) if (owner === dropped) assert.equal(store.read(key), null);
    }),
  );
});
