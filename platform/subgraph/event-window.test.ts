/** The bound on events under way: never passed, and it holds up nobody for ever. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventWindow, readEventsUnderWayMax, readTakenEvents } from './event-window.ts';

test('so many events go ahead, and as many more as were taken', async () => {
  const window = new EventWindow(3);
  let sent = 0;
  const send = async (count: number) => {
    while (sent < count) {
      await window.opened();
      window.noteSent();
      sent += 1;
    }
  };
  void send(100);
  await new Promise(setImmediate);
  assert.equal(sent, 3);
  window.noteTaken(2);
  await new Promise(setImmediate);
  assert.equal(sent, 5);
  window.noteTaken(1_000);
  await new Promise(setImmediate);
  assert.equal(sent, 8);
});

test('whoever waits is let go at the end', async () => {
  const window = new EventWindow(1);
  window.noteSent();
  const waiting = window.opened();
  assert.ok(waiting);
  window.open();
  await waiting;
});

test('what is no bound and no count is not taken for one', () => {
  for (const value of [undefined, null, 0, -1, 1.5, '3', {}]) {
    assert.equal(readEventsUnderWayMax({ eventsUnderWayMax: value }), Number.POSITIVE_INFINITY);
    assert.deepEqual(readTakenEvents({ taken: { a: value } }), []);
    assert.deepEqual(readTakenEvents({ taken: value }), []);
  }
  assert.deepEqual(readTakenEvents({ taken: { a: 3, b: 0 } }), [['a', 3]]);
});
