/** Order, bounds and the end of a stream, under any timing of its executions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { createEventStream } from './event-stream.ts';

function createTrial(execute: (event: number) => Promise<number>, queueBytesMax = 1_000) {
  const seen = { overflows: 0, closes: 0, running: 0, runningMax: 0, longestRun: 0, taken: 0 };
  const stream = createEventStream<number, number>({
    execute: async (events) => {
      seen.running += 1;
      seen.runningMax = Math.max(seen.runningMax, seen.running);
      seen.longestRun = Math.max(seen.longestRun, events.length);
      try {
        return await Promise.all(events.map(execute));
      } finally {
        seen.running -= 1;
      }
    },
    runsMax: 3,
    runEventsMax: 4,
    queueBytesMax,
    onOverflow: () => {
      seen.overflows += 1;
    },
    onTaken: () => {
      seen.taken += 1;
    },
    onClose: () => {
      seen.closes += 1;
    },
  });
  return { stream, seen };
}

async function readAll(stream: AsyncIterable<number>): Promise<number[]> {
  const results: number[] = [];
  for await (const result of stream) results.push(result);
  return results;
}

test('results come in the order of their events, whatever their executions take, a few at a time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }), async (waits) => {
      const { stream, seen } = createTrial(async (event) => {
        await delay(waits[event] ?? 0);
        return event;
      });
      const reading = readAll(stream);
      for (const event of waits.keys()) {
        stream.push(event, 1);
        if (event % 5 === 0) await delay(1);
      }
      stream.end();
      assert.deepEqual(await reading, [...waits.keys()]);
      assert.ok(seen.runningMax <= 3 && seen.longestRun <= 4);
      assert.equal(seen.taken, waits.length);
      assert.equal(seen.closes, 1);
    }),
    { numRuns: 30 },
  );
});

test('events that come together or while others run are run together', async () => {
  const { stream, seen } = createTrial(async (event) => {
    await delay(1);
    return event;
  });
  const events = Array.from({ length: 23 }, (_, event) => event);
  for (const event of events) stream.push(event, 1);
  stream.end();
  assert.deepEqual(await readAll(stream), events);
  assert.equal(seen.longestRun, 4);
});

test('return() answers at once while next() is pending, and ends it', async () => {
  const { stream, seen } = createTrial(async (event) => event);
  const pending = stream.next();
  assert.deepEqual(await stream.return(), { done: true, value: undefined });
  assert.deepEqual(await pending, { done: true, value: undefined });
  stream.push(1, 1);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.equal(seen.closes, 1);
});

test('an error comes after the events before it', async () => {
  const { stream, seen } = createTrial(async (event) => event);
  stream.push(1, 1);
  stream.end(new Error('over'));
  assert.deepEqual(await stream.next(), { done: false, value: 1 });
  await assert.rejects(stream.next(), /over/);
  assert.equal((await stream.next()).done, true);
  assert.equal(seen.closes, 1);
});

test('too many waiting bytes end the stream once; one event always fits', async () => {
  const { stream, seen } = createTrial(() => new Promise(() => undefined), 10);
  stream.push(1, 100);
  assert.equal(seen.overflows, 0);
  stream.push(2, 1);
  stream.push(3, 1);
  assert.equal(seen.overflows, 1);
  assert.equal((await stream.next()).done, true);
});

test('a failed run rejects its own turns only', async () => {
  const { stream } = createTrial(async (event) => {
    if (event === 1) throw new Error('one');
    return event;
  });
  stream.push(1, 1);
  await new Promise(setImmediate);
  stream.push(2, 1);
  await assert.rejects(stream.next(), /one/);
  assert.deepEqual(await stream.next(), { done: false, value: 2 });
});
