/** A person is there while any copy says so, and for a while after the last word of a copy that died. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PresenceTable } from './presence-table.ts';

const ada = { userId: 'ada', copyId: 'one' };

function createTable(): PresenceTable {
  return new PresenceTable({ unseenMs: 45_000, rowsMax: 2 });
}

test('only changes are reported', () => {
  const table = createTable();
  assert.deepEqual(table.get('ada'), { isOnline: false, lastSeenAtMs: null });
  assert.deepEqual(table.note({ ...ada, isOnline: true, atMs: 1 }), { isOnline: true, lastSeenAtMs: null });
  assert.equal(table.note({ ...ada, isOnline: true, atMs: 2 }), null);
  assert.deepEqual(table.note({ ...ada, isOnline: false, atMs: 3 }), { isOnline: false, lastSeenAtMs: 3 });
  assert.equal(table.note({ ...ada, isOnline: false, atMs: 4 }), null);
  assert.deepEqual(table.get('ada'), { isOnline: false, lastSeenAtMs: 3 });
});

test('one copy does not speak for another', () => {
  const table = createTable();
  table.note({ ...ada, isOnline: true, atMs: 1 });
  table.note({ ...ada, copyId: 'two', isOnline: true, atMs: 2 });
  assert.equal(table.note({ ...ada, isOnline: false, atMs: 3 }), null);
  assert.equal(table.get('ada').isOnline, true);
  assert.deepEqual(table.note({ ...ada, copyId: 'two', isOnline: false, atMs: 4 }), {
    isOnline: false,
    lastSeenAtMs: 4,
  });
});

test('a copy that says nothing any more is forgotten', () => {
  const table = createTable();
  table.note({ ...ada, isOnline: true, atMs: 1_000 });
  assert.equal(table.expire(45_999).size, 0);
  assert.deepEqual([...table.expire(46_000)], [['ada', { isOnline: false, lastSeenAtMs: 1_000 }]]);
  assert.equal(table.expire(99_000).size, 0);
});

test('who changed longest ago is forgotten first', () => {
  const table = createTable();
  for (const userId of ['ada', 'bob', 'cyd']) table.note({ userId, copyId: 'one', isOnline: true, atMs: 1 });
  assert.equal(table.get('ada').isOnline, false);
  assert.equal(table.get('cyd').isOnline, true);
});
