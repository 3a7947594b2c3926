/**
 * Streams against an in-memory store under random schedules: whatever waits for whatever, a subscriber gets
 * every event exactly once, in order, and CaughtUp once. The hub, the buffer and the sources are the real
 * ones.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '#platform/clock.ts';
import type { Happening } from '#tests/chat/memory-log.ts';
import { createStore, MemoryLog, viewerId } from '#tests/chat/memory-log.ts';
import type { MessageStore } from '../message-store.ts';
import { createConversationSource } from './conversation-source.ts';
import type { EventFeed } from './event-feed.ts';
import { EventHub } from './event-hub.ts';
import type { StreamItem, StreamSource } from './event-stream.ts';
import { createEventStream } from './event-stream.ts';
import { createInboxSource } from './inbox-source.ts';
import type { Outlet } from './outlet.ts';
import { OutletClosed } from './outlet.ts';

const feed: EventFeed = {
  logEpoch: () => 'epoch',
  noteEpoch: () => undefined,
  healthy: () => true,
  [Symbol.asyncDispose]: async () => undefined,
};
const tinyLimits = { eventsMax: 2, bytesMax: 10_000, retryMs: 1_000 };

type Read = (
  outlet: Outlet<StreamItem>,
  items: StreamItem[],
  late: (what: string) => Promise<void>,
) => Promise<void>;

const iterate: Read = async (outlet, items, late) => {
  for await (const item of outlet) {
    items.push(item);
    await late('read');
  }
};

const takePushed: Read = (outlet, items, late) =>
  new Promise((resolve, reject) => {
    let isReady = true;
    const take = async (item: StreamItem) => {
      items.push(item);
      isReady = false;
      await late('read');
      isReady = true;
      outlet.resume();
    };
    outlet.pipe({
      isReady: () => isReady,
      take: (item) => void take(item),
      end: resolve,
      fail: reject,
    });
  });

const anyRead = fc.constantFrom(iterate, takePushed);

interface Run {
  readonly scheduler: fc.Scheduler;
  readonly read: Read;
  readonly happenings: readonly Happening[];
  /** How many of them are in the log when the subscriber comes. */
  readonly before: number;
  readonly createSource: (store: MessageStore, hub: EventHub) => StreamSource;
  readonly createCursor: (log: MemoryLog) => ReadonlyMap<number, number> | null;
  /** Publishing the n-th fails silently. */
  readonly isLost?: (index: number) => boolean;
}

async function run(
  options: Run,
): Promise<{ items: StreamItem[]; log: MemoryLog; after: ReadonlyMap<number, number> | null }> {
  const { scheduler, happenings, before } = options;
  const late = (what: string) => scheduler.schedule(Promise.resolve(), what);
  const log = new MemoryLog();
  const hub = new EventHub();
  for (const happening of happenings.slice(0, before)) log.commit(happening);
  hub.restart(log.tops());
  const after = options.createCursor(log);
  const { outlet, open } = createEventStream<StreamItem>({
    source: options.createSource(createStore(log, late), hub),
    after: after && { logEpoch: 'epoch', position: after },
    limits: tinyLimits,
    clock: systemClock,
    toPayload: (item) => item,
  });
  open().catch(() => undefined);
  const items: StreamItem[] = [];
  const reading = options.read(outlet, items, late);
  const writing = (async () => {
    for (const [index, happening] of happenings.slice(before).entries()) {
      await late('commit');
      const event = log.commit(happening);
      await late('publish');
      if (options.isLost?.(index) !== true) hub.dispatch(event, 10);
    }
  })();
  await scheduler.waitFor(writing);
  await scheduler.waitIdle();
  await outlet.return();
  await scheduler.waitFor(reading);
  return { items, log, after };
}

const anyHappening = fc.record({
  conversation: fc.constantFrom(0 as const, 1 as const, 2 as const),
  kind: fc.constantFrom(
    'said' as const,
    'said' as const,
    'said' as const,
    'joined' as const,
    'left' as const,
  ),
});

test('one conversation: every event after the cursor, exactly once and in order, CaughtUp once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      anyRead,
      fc.tuple(fc.nat(8), fc.nat(12), fc.option(fc.nat(8))),
      async (scheduler, read, [before, live, cursor]) => {
        const { items, log, after } = await run({
          ...{ scheduler, read },
          happenings: Array.from({ length: before + live }, () => ({ conversation: 0, kind: 'said' })),
          before,
          createSource: (store, hub) =>
            createConversationSource({ store, hub, feed }, { viewerId, conversationId: 'c0' }),
          createCursor: () => (cursor === null ? null : new Map([[0, Math.min(cursor, before)]])),
        });
        const seqs = items.flatMap((item) => (item.kind === 'event' ? [item.event.eventSeq] : []));
        const caughtUp = items.filter((item) => item.kind === 'caughtUp');
        assert.equal(caughtUp.length, 1);
        const start = after?.get(0) ?? (seqs[0] ?? log.events.length + 1) - 1;
        assert.deepEqual(
          seqs,
          Array.from({ length: log.events.length - start }, (_, index) => start + 1 + index),
        );
        // Who begins without a cursor begins at CaughtUp; what was there before is history.
        if (after === null) assert.equal(items[0]?.kind, 'caughtUp');
      },
    ),
    { numRuns: 500 },
  );
});

const anyLosses = fc.array(fc.boolean(), { maxLength: 10 });

test('one conversation: a lost publication is read from the store when the next one shows it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), anyRead, anyLosses, async (scheduler, read, losses) => {
      const { items, log } = await run({
        ...{ scheduler, read },
        happenings: Array.from({ length: losses.length + 1 }, () => ({ conversation: 0, kind: 'said' })),
        before: 0,
        createSource: (store, hub) =>
          createConversationSource({ store, hub, feed }, { viewerId, conversationId: 'c0' }),
        createCursor: () => new Map(),
        isLost: (index) => losses[index] === true,
      });
      const seqs = items.flatMap((item) => (item.kind === 'event' ? [item.event.eventSeq] : []));
      assert.deepEqual(
        seqs,
        log.events.map(({ eventSeq }) => eventSeq),
      );
    }),
    { numRuns: 300 },
  );
});

test('inbox: the events of the times of membership, exactly once, in order, and its cursors resume', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      anyRead,
      fc.tuple(fc.array(anyHappening, { maxLength: 20 }), fc.nat(24)),
      async (scheduler, read, [raw, split]) => {
        const happenings = keepSensible([...joinings, ...raw]);
        const before = Math.min(split, happenings.length);
        const { items, log } = await run({
          ...{ scheduler, read, happenings, before },
          createSource: (store, hub) => createInboxSource({ store, hub, feed }, viewerId),
          createCursor: () => new Map(),
        });
        const seen = items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
        for (const partition of [0, 1]) {
          const expected = log.visible().filter((event) => event.partition === partition);
          assert.deepEqual(
            seen.filter((event) => event.partition === partition).map(({ logSeq }) => logSeq),
            expected.map(({ logSeq }) => logSeq),
          );
        }
        assert.equal(items.filter((item) => item.kind === 'caughtUp').length, 1);
        for (const [index, item] of items.entries()) {
          if (item.kind === 'resyncRequired') assert.fail('nothing was lost');
          const received = new Set(
            items.slice(0, index + 1).flatMap((other) => (other.kind === 'event' ? [other.event] : [])),
          );
          const missed = log
            .visible()
            .filter(
              (event) => event.logSeq <= (item.position.get(event.partition) ?? 0) && !received.has(event),
            );
          assert.deepEqual(missed, [], 'a cursor must not stand behind what was not delivered');
        }
      },
    ),
    { numRuns: 500 },
  );
});

/** The viewer begins in two conversations, one per partition. */
const joinings: readonly Happening[] = [
  { conversation: 0, kind: 'joined' },
  { conversation: 1, kind: 'joined' },
];

/** Nobody joins twice or leaves without having joined. */
function keepSensible(happenings: readonly Happening[]): Happening[] {
  const joined = new Set<number>();
  return happenings.filter(({ conversation, kind }) => {
    if (kind === 'said') return true;
    if ((kind === 'joined') === joined.has(conversation)) return false;
    if (kind === 'joined') joined.add(conversation);
    else joined.delete(conversation);
    return true;
  });
}

test('a cursor ahead of the log, of another log or older than what is kept is not continued', async () => {
  const cases = [
    { after: { logEpoch: 'epoch', position: new Map([[0, 3]]) }, first: 1, reason: 'LOG_REPLACED' },
    { after: { logEpoch: 'other', position: new Map([[0, 1]]) }, first: 1, reason: 'LOG_REPLACED' },
    { after: { logEpoch: 'epoch', position: new Map([[0, 0]]) }, first: 2, reason: 'CURSOR_EXPIRED' },
  ] as const;
  for (const { after, first, reason } of cases) {
    const { outlet, open } = createEventStream<StreamItem>({
      source: createTopSource({ last: 2, first }),
      after,
      limits: tinyLimits,
      clock: systemClock,
      toPayload: (item) => item,
    });
    await open();
    assert.deepEqual(await outlet.next(), { value: { kind: 'resyncRequired', reason }, done: false });
    assert.deepEqual(await outlet.next(), { value: undefined, done: true });
  }
});

test('return() answers at once while next() waits, and lets go of the source', async () => {
  let detached = 0;
  const { outlet, open } = createEventStream<StreamItem>({
    source: {
      ...createTopSource({ last: 0, first: 1 }),
      detach: () => {
        detached += 1;
      },
    },
    after: null,
    limits: tinyLimits,
    clock: systemClock,
    toPayload: (item) => item,
  });
  await open();
  assert.equal((await outlet.next()).done, false);
  const waiting = outlet.next();
  const detachedBefore = detached;
  assert.deepEqual(await outlet.return(), { value: undefined, done: true });
  assert.deepEqual(await waiting, { value: undefined, done: true });
  await new Promise(setImmediate);
  assert.equal(detached, detachedBefore + 1);
  await assert.rejects(outlet.push({ kind: 'resyncRequired', reason: 'TOO_FAR_BEHIND' }), OutletClosed);
});

test('nothing is asked of the store before the stream is opened', async () => {
  let attached = 0;
  const source = createTopSource({ last: 0, first: 1 });
  const { outlet } = createEventStream<StreamItem>({
    source: {
      ...source,
      attach: (...parameters) => {
        attached += 1;
        return source.attach(...parameters);
      },
    },
    after: null,
    limits: tinyLimits,
    clock: systemClock,
    toPayload: (item) => item,
  });
  outlet.fail(new Error('there are too many'));
  await new Promise(setImmediate);
  assert.equal(attached, 0);
});

test('a stream ends with the error right after the event that takes the access away', async () => {
  const hub = new EventHub();
  const log = new MemoryLog();
  hub.dispatch(log.commit({ conversation: 0, kind: 'joined' }), 1);
  const store = createStore(log, async () => undefined);
  const { outlet, open } = createEventStream<StreamItem>({
    source: createConversationSource({ store, hub, feed }, { viewerId, conversationId: 'c0' }),
    after: null,
    limits: tinyLimits,
    clock: systemClock,
    toPayload: (item) => item,
  });
  await open();
  assert.equal((await outlet.next()).value?.kind, 'caughtUp');
  hub.dispatch(log.commit({ conversation: 0, kind: 'left' }), 1);
  hub.dispatch(log.commit({ conversation: 0, kind: 'said' }), 1);
  assert.equal((await outlet.next()).value?.kind, 'event');
  await assert.rejects(outlet.next(), { extensions: { code: 'FORBIDDEN' } });
  assert.equal((await outlet.next()).done, true);
});

function createTopSource({ last, first }: { last: number; first: number }): StreamSource {
  return {
    isDense: true,
    numberOf: ({ eventSeq }) => ({ lane: 0, seq: eventSeq }),
    positionAfter: (_position, { eventSeq }) => new Map([[0, eventSeq]]),
    attach: async () => ({ logEpoch: 'epoch', last: new Map([[0, last]]), first: new Map([[0, first]]) }),
    detach: () => undefined,
    async *replay() {
      yield [];
    },
    endsAfter: () => null,
    judge: (error) => ({ retry: false, error }),
  };
}
