/** What an inbox is given of the time before it was attached. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatEvent } from '#schema/generated/events.ts';
import { ChatEvent as ChatEventCodec } from '#schema/generated/events.ts';
import { EventHub } from './event-hub.ts';
import type { Arrival } from './live-buffer.ts';
import { LiveBuffer } from './live-buffer.ts';

const nobody = { takeAtOnce: () => false, noteClosed: () => undefined };
const roomy = { eventsMax: 10_000, bytesMax: 100_000_000 };

function createEvent(partition: number, logSeq: number): ChatEvent {
  return ChatEventCodec.fromPartial({ conversationId: `c${partition}`, partition, logSeq });
}

function takeAll(buffer: LiveBuffer): Arrival[] {
  const arrivals: Arrival[] = [];
  for (let arrival = buffer.take(); arrival !== null; arrival = buffer.take()) arrivals.push(arrival);
  return arrivals;
}

test('a cursor made of a passed event does not stand behind one that follows', () => {
  const hub = new EventHub();
  for (const [partition, logSeq] of [
    [1, 1],
    [0, 1],
    [1, 2],
    [0, 2],
  ] as const) {
    hub.dispatch(createEvent(partition, logSeq), 1);
  }
  const buffer = new LiveBuffer(roomy, nobody);
  const inbox = { viewerId: 'ada', conversationIds: ['c0', 'c1'], top: new Map([[1, 1]]) };
  assert.equal(hub.attachInbox(buffer, inbox), true);
  hub.dispatch(createEvent(1, 3), 1);
  const arrivals = takeAll(buffer);
  assert.equal(arrivals.length, 4);
  for (const [index, { seen }] of arrivals.entries()) {
    const covered = arrivals
      .slice(index + 1)
      .filter(({ event }) => event.logSeq <= (seen.get(event.partition) ?? 0));
    assert.deepEqual(covered, []);
  }
});

test('an inbox whose top is older than what is remembered is not attached', () => {
  const hub = new EventHub();
  for (let logSeq = 1; logSeq <= 5_000; logSeq += 1) hub.dispatch(createEvent(0, logSeq), 1);
  const buffer = new LiveBuffer(roomy, nobody);
  const inbox = { viewerId: 'ada', conversationIds: ['c0'] };
  assert.equal(hub.attachInbox(buffer, { ...inbox, top: new Map([[0, 1]]) }), false);
  hub.dispatch(createEvent(0, 5_001), 1);
  assert.equal(buffer.take(), null);
  assert.equal(hub.attachInbox(buffer, { ...inbox, top: new Map([[0, 4_990]]) }), true);
  assert.deepEqual(
    takeAll(buffer).map(({ event }) => event.logSeq),
    Array.from({ length: 11 }, (_, index) => 4_991 + index),
  );
});
