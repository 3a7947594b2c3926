/** What crosses the wire once still reaches everybody in their order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Addressee } from './multicast.ts';
import { MulticastFrames } from './multicast.ts';
import type { SerializedResult } from './shared-execution.ts';

interface Frame {
  readonly ids: readonly string[];
  readonly payload: number;
}

function createAddressee(id: string): Addressee {
  return { id, frameTurn: 0, frameIndex: 0 };
}

function read(frames: MulticastFrames): Frame[] {
  return frames.take().map((text) => JSON.parse(text) as Frame);
}

test('one result for many is one frame', () => {
  const frames = new MulticastFrames();
  const result = { text: '1', happenedAtMs: 5 };
  for (const id of ['a', 'b', 'c']) frames.add(createAddressee(id), result);
  assert.deepEqual(read(frames), [{ type: 'next', ids: ['a', 'b', 'c'], at: 5, payload: 1 }]);
  assert.deepEqual(frames.take(), []);
});

test('in any order of adding, each addressee gets its results once and in the order of its own', () => {
  const step = fc.record({ who: fc.nat(4), what: fc.nat(6), turnEnds: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const frames = new MulticastFrames();
      const addressees = Array.from({ length: 5 }, (_, id) => createAddressee(String(id)));
      const results = Array.from({ length: 7 }, (_, text) => ({ text: String(text), happenedAtMs: null }));
      const added = new Map<string, number[]>();
      const got = new Map<string, number[]>();
      const push = (to: Map<string, number[]>, id: string, what: number) =>
        void to.set(id, [...(to.get(id) ?? []), what]);
      const takeTurn = () => {
        for (const { ids, payload } of read(frames)) for (const id of ids) push(got, id, payload);
      };
      for (const { who, what, turnEnds } of steps) {
        frames.add(addressees[who] as Addressee, results[what] as SerializedResult);
        push(added, String(who), what);
        if (turnEnds) takeTurn();
      }
      takeTurn();
      assert.deepEqual(got, new Map([...added].sort(([one], [two]) => keyOf(got, one) - keyOf(got, two))));
    }),
  );
});

function keyOf(map: ReadonlyMap<string, unknown>, key: string): number {
  return [...map.keys()].indexOf(key);
}
