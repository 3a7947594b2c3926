/** Where a worker begins, against a log and a store in memory. What it does from there on: tests/kafka/ingest.test.ts and tests/simulation/. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { LogRecord } from '#platform/kafka/log-reader.ts';
import { digestCommand } from '#schema/command-digest.ts';
import { LogMismatch } from './log-check.ts';
import type { CommandBounds, PartitionLog } from './partition-log.ts';
import type { MessageStore } from './partition-worker.ts';
import { PartitionWorker } from './partition-worker.ts';

const topicId = '26d9e9a2-5437-4c1b-86b4-8981270ee789';

interface Surroundings {
  /** Of the store. */
  readonly nextOffset: number;
  readonly lastRecordDigest?: Buffer;
  /** Of the log, one after the other. */
  readonly ends: readonly bigint[];
  readonly leaderEpochs?: readonly number[];
  /** Offsets that hold a command. */
  readonly commands?: readonly bigint[];
  readonly append?: MessageStore['append'];
}

/** The command at an offset, as it was applied or as another one took its place. */
function commandAt(offset: number, text = 'applied'): LogRecord {
  const [key, value] = [Buffer.from('conversation'), Buffer.from(`${text} ${offset}`)];
  return { partition: 0, offset: BigInt(offset), key, value, headers: {}, timestampMs: 0, leaderEpoch: 0 };
}

function createWorker({
  nextOffset,
  lastRecordDigest,
  ends,
  leaderEpochs = [0],
  commands = [],
  ...given
}: Surroundings): PartitionWorker {
  let asked = 0;
  const log: PartitionLog = {
    partition: 0,
    commandsTopic: 'commands',
    eventsTopic: 'events',
    async fetchCommandBounds(): Promise<CommandBounds> {
      const end = ends[Math.min(asked, ends.length - 1)] ?? 0n;
      const leaderEpoch = leaderEpochs[Math.min(asked, leaderEpochs.length - 1)] ?? 0;
      asked += 1;
      return { topicId, start: 0n, end, leaderEpoch };
    },
    readCommand: async (offset) => commandAt(Number(offset)),
    holdsCommands: async (from, end) => commands.some((offset) => offset >= from && offset < end),
    searchEvents: async () => null,
    publish: async () => undefined,
  };
  const store: MessageStore = {
    acquirePartition: async () => ({
      ...{ ownerEpoch: 2, nextOffset, lastLogSeq: 0 },
      ...(lastRecordDigest === undefined ? {} : { lastRecordDigest }),
    }),
    append: async ({ expectedOffset, records = [] }) => {
      assert.equal(expectedOffset, nextOffset);
      return { records: [], nextOffset: (records.at(-1)?.offset ?? 0) + 1, deadLetterCount: 0 };
    },
    ...given,
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

test('a log that lost its end and has grown past what was applied is refused, however often it is asked', async () => {
  const lastRecordDigest = digestCommand(commandAt(879, 'lost'));
  const worker = createWorker({ nextOffset: 880, lastRecordDigest, ends: [877n, 877n, 1_000n] });
  const { signal } = new AbortController();
  for (const _ of [1, 2, 3]) await assert.rejects(worker.start(signal), LogMismatch);
  assert.equal(worker.isRefusing(), true);
});

test('a log that holds what was applied last goes on, and so does one of which that is not known', async () => {
  const lastRecordDigest = digestCommand(commandAt(879));
  for (const known of [{ lastRecordDigest }, {}]) {
    const worker = createWorker({ nextOffset: 880, ...known, ends: [1_000n] });
    assert.equal(await worker.start(new AbortController().signal), 880n);
  }
});

test('a worker whose assignment has ended does not say which log it applies', async () => {
  const worker = createWorker({ nextOffset: 880, ends: [1_000n] });
  const assignment = new AbortController();
  await worker.start(assignment.signal);
  assert.equal(worker.comparedLog()?.topicId, topicId);
  assignment.abort();
  assert.equal(worker.comparedLog(), null);
});

function toRecord(offset: bigint, leaderEpoch = 0): LogRecord {
  return { partition: 0, offset, key: null, value: null, headers: {}, timestampMs: 0, leaderEpoch };
}

test('where a transaction ended there is no command to wait for; a command that did not come is', async () => {
  const { signal } = new AbortController();
  const gap = { nextOffset: 880, ends: [890n] };
  const worker = createWorker({ ...gap, commands: [879n, 881n, 882n] });
  await worker.start(signal);
  await worker.apply([toRecord(881n), toRecord(882n)], signal);
  const wary = createWorker({ ...gap, commands: [880n, 881n] });
  await wary.start(signal);
  await assert.rejects(wary.apply([toRecord(881n)], signal), /expected the command at offset 880, got 881/);
  await wary.start(signal);
  await assert.rejects(wary.apply([toRecord(879n)], signal), /expected the command at offset 880, got 879/);
});

test('what another leader has written is applied only after the log was compared again', async () => {
  const { signal } = new AbortController();
  const log = { nextOffset: 880, ends: [890n], leaderEpochs: [4, 5] };
  const lastRecordDigest = digestCommand(commandAt(879));
  const worker = createWorker({ ...log, lastRecordDigest });
  await worker.start(signal);
  await assert.rejects(
    worker.apply([toRecord(880n, 5)], signal),
    /another leader has written from offset 880/,
  );
  assert.equal(worker.comparedLog(), null);
  await worker.start(signal);
  assert.equal(worker.comparedLog()?.leaderEpoch, 5);
  await worker.apply([toRecord(880n, 4), toRecord(881n, 5)], signal);
  const lagging = createWorker({ ...log, leaderEpochs: [4, 4, 5], lastRecordDigest });
  await lagging.start(signal);
  await assert.rejects(lagging.apply([toRecord(880n, 5)], signal));
  await assert.rejects(lagging.start(signal), /does not know the leader/);
  await lagging.start(signal);
  const cut = createWorker({ ...log, lastRecordDigest: digestCommand(commandAt(879, 'lost')) });
  await assert.rejects(cut.start(signal), LogMismatch);
});

test('what takes the store too long is offered in smaller parts, and in larger ones again when they succeed', async () => {
  const { signal } = new AbortController();
  const sizes: number[] = [];
  let isSlow = true;
  let next = 0;
  const worker = createWorker({
    ...{ nextOffset: 0, ends: [2_000n] },
    append: async ({ records = [] }) => {
      sizes.push(records.length);
      if (isSlow && records.length > 200) throw new Error('canceling statement due to statement timeout');
      next += records.length;
      return { records: [], nextOffset: next, deadLetterCount: 0 };
    },
  });
  const records = Array.from({ length: 900 }, (_, index) => toRecord(BigInt(index)));
  await worker.start(signal);
  await assert.rejects(worker.apply(records.slice(0, 400), signal));
  await worker.start(signal);
  await worker.apply(records.slice(0, 400), signal);
  isSlow = false;
  await worker.apply(records.slice(400), signal);
  assert.deepEqual(sizes, [400, 200, 200, 300, 200]);
});
