/**
 * What is older than the retention goes, week by week, and what is said of it is true at every moment: to tops, to replays that run
 * meanwhile, with wrong clocks and with locks that are not to be had. A real Postgres; the weeks lie in the future.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ClientError, Status } from 'nice-grpc';
import { pino } from 'pino';
import type { ConversationId, UserId } from '#schema/ids.ts';
import { createUserId } from '#schema/ids.ts';
import {
  createEventPartitions,
  startEventPartitions,
} from '../../subgraphs/storage/store/db/event-partitions.ts';
import { dropExpiredEvents } from '../../subgraphs/storage/store/db/event-retention.ts';
import { toPartitionName, weekMs } from '../../subgraphs/storage/store/db/event-weeks.ts';
import { DatabaseUnavailable } from '../../subgraphs/storage/store/db/statements.ts';
import { createGroup, sendMessage, startWorker } from './commands.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { collect, startStoreUnderTest } from './store-under-test.ts';

const retentionDays = 28;
const retentionWeeks = 4;
const thisWeek = Math.floor(Date.now() / weekMs);
const inYearMs = (thisWeek + 60) * weekMs;
const perWeek = 3;
const isExpired = (error: unknown) => error instanceof ClientError && error.code === Status.OUT_OF_RANGE;

function middleOf(week: number): number {
  return week * weekMs + weekMs / 2;
}

interface Log {
  readonly at: { readonly viewerId: UserId; readonly conversationId: ConversationId };
  readonly partition: number;
  /** Some messages, logged at this time. */
  write(atMs: number): Promise<void>;
  top(): Promise<{ first: number; last: number; firstLogSeq: number; lastLogSeq: number }>;
  replay(after: number): Promise<number[]>;
  replayInbox(after: number): Promise<number[]>;
}

/** A conversation on a partition of its own; its number 1 is the MemberJoined. */
async function startLog(store: StoreUnderTest, partition: number): Promise<Log> {
  // The store does so when it starts, beside what it is asked: tests count the tables.
  await createEventPartitions(store.pool, Date.now());
  const worker = await startWorker(store.client, partition);
  const viewerId = createUserId();
  const group = createGroup(viewerId, []);
  const at = { viewerId, conversationId: group.conversationId };
  await worker.append(group);
  const top = async () => {
    const conversation = await store.client.readConversationTop(at);
    const inbox = await store.client.readInboxTop({ viewerId });
    const log = inbox.partitions.find((one) => one.partition === partition);
    assert.ok(log !== undefined);
    const { eventSeq: last, firstEventSeq: first } = conversation;
    return { first, last, firstLogSeq: log.firstLogSeq, lastLogSeq: log.logSeq };
  };
  return {
    at,
    partition,
    top,
    async write(atMs) {
      await store.pool.query(
        'UPDATE partition_log SET last_logged_at_ms = greatest(last_logged_at_ms, $2) WHERE partition = $1',
        [partition, atMs],
      );
      await worker.append(...Array.from({ length: perWeek }, () => sendMessage(at, 'text')));
    },
    async replay(afterEventSeq) {
      const events = store.client.replay({ ...at, afterEventSeq, upToEventSeq: 0, limit: 0 });
      return (await collect(events)).map(({ eventSeq }) => eventSeq);
    },
    async replayInbox(afterLogSeq) {
      const ranges = [{ partition, afterLogSeq, upToLogSeq: (await top()).lastLogSeq }];
      return (await collect(store.client.replayInbox({ viewerId, ranges }))).map(({ logSeq }) => logSeq);
    },
  };
}

/** This week and the `count - 1` after it, each with its own table. */
async function writeWeeks(store: StoreUnderTest, logs: readonly Log[], count: number): Promise<void> {
  for (let week = thisWeek; week < thisWeek + count; week += 1) {
    await createEventPartitions(store.pool, middleOf(week));
    for (const log of logs) await log.write(middleOf(week));
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_value, index) => from + index);
}

/** A cursor right before `first` resumes, one before that is expired, in the conversation and in the inbox. */
async function assertKeptFrom(log: Log, first: number): Promise<void> {
  const { first: firstEventSeq, last, firstLogSeq, lastLogSeq } = await log.top();
  assert.deepEqual([firstEventSeq, firstLogSeq, lastLogSeq], [first, first, last]);
  assert.deepEqual(await log.replay(first - 1), range(first, last));
  assert.deepEqual(await log.replayInbox(first - 1), range(first, last));
  if (first === 1) return;
  await assert.rejects(log.replay(first - 2), isExpired);
  await assert.rejects(log.replayInbox(first - 2), isExpired);
}

async function countTables(store: StoreUnderTest): Promise<number> {
  const { rowCount } = await store.pool.query(
    "SELECT FROM pg_inherits WHERE inhparent = 'conversation_event'::regclass",
  );
  return rowCount ?? 0;
}

test('weeks older than the retention go from every partition of the log, messages stay, numbers go on', async () => {
  await using store = await startStoreUnderTest();
  const logs = [await startLog(store, 0), await startLog(store, 3)];
  await writeWeeks(store, logs, 7);
  const dropAt = (nowMs: number) => dropExpiredEvents(store.pool, { retentionDays, nowMs });
  const lastMs = middleOf(thisWeek + 6);
  assert.equal(await dropAt(lastMs - 2 * weekMs), null, 'the first week is not older than the retention');
  const dropped = await dropAt(lastMs);
  const first = 1 + 2 * perWeek + 1;
  assert.deepEqual(dropped?.firstLogSeqs, { 0: first, 3: first });
  assert.equal(dropped?.tables.length, 2);
  for (const log of logs) {
    await assertKeptFrom(log, first);
    const { messages } = await store.client.listMessages({ ...log.at, limit: 100 });
    assert.deepEqual(
      messages.map(({ seq }) => seq),
      range(1, 7 * perWeek),
    );
    await log.write(lastMs);
    await assertKeptFrom(log, first);
  }
  assert.equal(await dropAt(lastMs), null, 'nothing is left to drop');
});

test('whatever the clock says, the newest weeks with events are kept', async () => {
  await using store = await startStoreUnderTest();
  const log = await startLog(store, 0);
  await writeWeeks(store, [log], 6);
  await dropExpiredEvents(store.pool, { retentionDays, nowMs: inYearMs });
  const kept = 1 + (6 - retentionWeeks) * perWeek + 1;
  await assertKeptFrom(log, kept);
  // Even when something was logged by the wrong clock: that is one week more, not a year.
  await log.write(inYearMs);
  await dropExpiredEvents(store.pool, { retentionDays, nowMs: inYearMs });
  await assertKeptFrom(log, kept + perWeek);
});

test('an empty log, and one without any old event, lose nothing', async () => {
  await using store = await startStoreUnderTest();
  assert.equal(await dropExpiredEvents(store.pool, { retentionDays, nowMs: inYearMs }), null);
  const log = await startLog(store, 0);
  assert.equal(await dropExpiredEvents(store.pool, { retentionDays, nowMs: inYearMs }), null);
  await assertKeptFrom(log, 1);
});

test('events logged after a clock jump expire too, and later weeks get tables although theirs can have none', async () => {
  await using store = await startStoreUnderTest();
  const [log, idle] = [await startLog(store, 0), await startLog(store, 1)];
  const jumped = thisWeek + 20;
  await log.write(middleOf(jumped));
  const stray = 'SELECT FROM conversation_event_rest';
  assert.equal((await store.pool.query(stray)).rowCount, perWeek);
  const before = await countTables(store);
  await createEventPartitions(store.pool, middleOf(jumped));
  assert.equal((await countTables(store)) - before, 4, 'the weeks after the jumped one');
  for (let week = jumped + 1; week <= jumped + 6; week += 1) {
    await createEventPartitions(store.pool, middleOf(week));
    await log.write(middleOf(week));
  }
  await dropExpiredEvents(store.pool, { retentionDays, nowMs: middleOf(jumped + 6) });
  assert.equal((await store.pool.query(stray)).rowCount, 0);
  await assertKeptFrom(log, 1 + perWeek + perWeek + 1);
  // All of its events are gone: a cursor at its end still resumes.
  await assertKeptFrom(idle, 2);
});

test('a lock that is not to be had keeps no write waiting for long, and changes nothing until it is', async () => {
  await using store = await startStoreUnderTest();
  const log = await startLog(store, 0);
  await writeWeeks(store, [log], 7);
  const nowMs = middleOf(thisWeek + 6);
  const reader = await store.pool.connect();
  await reader.query('BEGIN');
  await reader.query('SELECT FROM conversation_event LIMIT 1');
  const tables = await countTables(store);
  const dropping = dropExpiredEvents(store.pool, { retentionDays, nowMs });
  const [drop] = await Promise.allSettled([dropping, log.write(nowMs), log.write(nowMs)]);
  assert.ok(drop.status === 'rejected' && drop.reason instanceof DatabaseUnavailable, drop.status);
  assert.equal(await countTables(store), tables);
  await assertKeptFrom(log, 1);
  await reader.query('COMMIT');
  reader.release();
  await dropExpiredEvents(store.pool, { retentionDays, nowMs });
  await assertKeptFrom(log, 1 + 2 * perWeek + 1);
});

test('several stores may drop at once while others write and read; a replay has everything or says that it is expired', async () => {
  await using store = await startStoreUnderTest();
  const log = await startLog(store, 0);
  const weeks = 12;
  await writeWeeks(store, [log], weeks);
  let isDropping = true;
  const seen = { whole: 0, expired: 0 };
  const read = async (replay: (after: number) => Promise<number[]>) => {
    while (isDropping) {
      const { first } = await log.top();
      const numbers = await replay(first - 1).catch((error: unknown) => {
        if (isExpired(error)) return null;
        throw error;
      });
      if (numbers === null) seen.expired += 1;
      else seen.whole += 1;
      if (numbers !== null) assert.deepEqual(numbers, range(first, numbers.at(-1) ?? 0), 'a hole');
    }
  };
  const write = async () => {
    while (isDropping) await log.write(0);
  };
  const others = [read(log.replay), read(log.replayInbox), write()];
  for (let week = thisWeek + retentionWeeks; week < thisWeek + weeks; week += 1) {
    const dropOnce = () =>
      dropExpiredEvents(store.pool, { retentionDays, nowMs: (week + 1) * weekMs }).catch((error: unknown) => {
        if (!(error instanceof DatabaseUnavailable)) throw error;
      });
    await Promise.all([dropOnce(), dropOnce(), dropOnce()]);
  }
  isDropping = false;
  await Promise.all(others);
  assert.ok(seen.whole > 0);
  await dropExpiredEvents(store.pool, { retentionDays, nowMs: (thisWeek + weeks) * weekMs });
  await assertKeptFrom(log, 1 + (weeks - retentionWeeks) * perWeek + 1);
});

test('weeks that can not be made keep none that is too old', { timeout: 60_000 }, async (t) => {
  await using store = await startStoreUnderTest();
  const log = await startLog(store, 0);
  await writeWeeks(store, [log], 6);
  // A type of the name that the next table would have.
  await store.pool.query(`CREATE DOMAIN ${toPartitionName(thisWeek + 10)} AS int`);
  await assert.rejects(createEventPartitions(store.pool, middleOf(thisWeek + 10)));
  const before = await countTables(store);
  t.mock.method(Date, 'now', () => middleOf(thisWeek + 10));
  const warned = Promise.withResolvers<void>();
  const noting = pino({ level: 'warn' }, { write: () => warned.resolve() });
  {
    await using _partitions = startEventPartitions(store.pool, { retentionDays, logger: noting });
    await warned.promise;
    while ((await countTables(store)) === before) await delay(20);
  }
  await assertKeptFrom(log, 1 + (6 - retentionWeeks) * perWeek + 1);
});

test('beside a large default partition no weeks are made: writes would wait while it is read', async () => {
  await using store = await startStoreUnderTest();
  const log = await startLog(store, 0);
  await store.pool.query('ALTER TABLE conversation_event_rest ALTER event SET STORAGE PLAIN');
  await store.pool.query(
    `INSERT INTO conversation_event (conversation_id, event_seq, logged_at_ms, partition, log_seq, event)
      SELECT 'c', n, $1, 9, n, decode(repeat('00', 7500), 'hex') FROM generate_series(1, 34000) n`,
    [inYearMs],
  );
  const before = await countTables(store);
  assert.equal(await createEventPartitions(store.pool, middleOf(thisWeek + 10)), false);
  assert.equal(await countTables(store), before);
  await log.write(middleOf(thisWeek + 10));
  await assertKeptFrom(log, 1);
});
