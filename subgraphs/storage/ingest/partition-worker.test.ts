/** Where a worker begins, against a log and a store in memory. What it does from there on: tests/kafka/ingest.test.ts and tests/simulation/. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { LogMismatch } from './log-check.ts';
import type { CommandBounds, PartitionLog } from './partition-log.ts';
import type { MessageStore } from './partition-worker.ts';
import { PartitionWorker } from './partition-worker.ts';

const topicId = '26d9e9a2-5437-4c1b-86b4-8981270ee789';

/** A worker that is told `nextOffset` by the store and these ends of the log, one after the other. */
function createWorker({
  nextOffset,
  ends,
}: {
  nextOffset: number;
  ends: readonly bigint[];
}): PartitionWorker {
  let asked = 0;
  const log: PartitionLog = {
    partition: 0,
    commandsTopic: 'commands',
    eventsTopic: 'events',
    async fetchCommandBounds(): Promise<CommandBounds> {
      const end = ends[Math.min(asked++, ends.length - 1)] ?? 0n;
      return { topicId, start: 0n, end };
    },
    searchEvents: async () => null,
    publish: async () => undefined,
  };
  const store: MessageStore = {
    acquirePartition: async () => ({ ownerEpoch: 2, nextOffset, lastLogSeq: 0 }),
    append: () => Promise.reject(new Error('nothing is appended here')),
    readLog: () => {
      throw new Error('nothing is missing here');
    },
  };
  return new PartitionWorker({ store, log, logger: pino({ level: 'silent' }) });
}

test('commands that the owner before applied after the bounds were asked for are no lost end', async () => {
  const worker = createWorker({ nextOffset: 880, ends: [877n, 881n] });
  assert.equal(await worker.start(new AbortController().signal), 880n);
  assert.equal(worker.isRefusing(), false);
});

test('a log that still ends before what was applied is refused', async () => {
  const worker = createWorker({ nextOffset: 880, ends: [877n] });
  await assert.rejects(worker.start(new AbortController().signal), LogMismatch);
  assert.equal(worker.isRefusing(), true);
});
