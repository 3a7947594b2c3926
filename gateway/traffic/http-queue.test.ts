/** The queue gives what is wanted in its order, and keeps little of what is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Queued } from './http-queue.ts';
import { HttpQueue } from './http-queue.ts';

class One implements Queued {
  isWanted = true;
  isQueued = false;
}

const steps = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.constant('push') }, fc.constant('shift'), fc.nat()),
  {
    maxLength: 400,
  },
);

test('in any order of coming, going and giving up it is as a list would be', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const queue = new HttpQueue<One>();
      const list: One[] = [];
      for (const step of all) {
        if (step === 'push') {
          const one = new One();
          queue.push(one);
          list.push(one);
        } else if (step === 'shift') assert.equal(queue.shift(), list.shift());
        else if (list.length > 0) {
          const [given] = list.splice(Number(step) % list.length, 1);
          if (given !== undefined) given.isWanted = false;
          queue.noteUnwanted();
        }
        assert.equal(queue.size, list.length);
      }
    }),
    { numRuns: 500 },
  );
});

test('half a million come and go, or give up, without a pause', () => {
  const queue = new HttpQueue<One>();
  const many = Array.from({ length: 500_000 }, () => new One());
  for (const one of many) queue.push(one);
  for (const [index, one] of many.entries())
    if (index % 2 === 0) {
      one.isWanted = false;
      queue.noteUnwanted();
    }
  for (let index = 1; index < many.length; index += 2) assert.equal(queue.shift(), many[index]);
  assert.equal(queue.shift(), undefined);
});
