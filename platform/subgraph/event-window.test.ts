/** The bound on events under way: never passed, never a hole, and it never holds up an end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventWindow, readEventsUnderWayMax, readTakenEvents } from './event-window.ts';

async function* count(): AsyncGenerator<number, undefined> {
  for (let n = 1; ; n += 1) yield n;
}

test('so many events go ahead, and as many more as were taken', async () => {
  const { stream, noteTaken } = createEventWindow(count(), 3);
  const got: number[] = [];
  const reading = (async () => {
    for await (const event of stream) got.push(event);
  })();
  await new Promise(setImmediate);
  assert.deepEqual(got, [1, 2, 3]);
  noteTaken(2);
  await new Promise(setImmediate);
  assert.deepEqual(got, [1, 2, 3, 4, 5]);
  noteTaken(1_000);
  await new Promise(setImmediate);
  assert.deepEqual(got, [1, 2, 3, 4, 5, 6, 7, 8]);
  await stream.return?.();
  await reading;
});

test('return() ends a stream that waits at its bound', async () => {
  const { stream } = createEventWindow(count(), 1);
  await stream.next();
  const waiting = stream.next();
  await stream.return?.();
  assert.equal((await waiting).done, true);
});

test('what is no bound and no count is not taken for one', () => {
  for (const value of [undefined, null, 0, -1, 1.5, '3', {}]) {
    assert.equal(readEventsUnderWayMax({ eventsUnderWayMax: value }), null);
    assert.equal(readTakenEvents({ operationId: 'a', taken: value }), null);
  }
  assert.equal(readTakenEvents(undefined), null);
  assert.deepEqual(readTakenEvents({ operationId: 'a', taken: 3 }), { operationId: 'a', taken: 3 });
});
