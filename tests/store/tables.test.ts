/** The entities describe the tables that the migrations make, and migrating at once or again is harmless. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EntitySchema } from '@mikro-orm/postgresql';
import { ClientError, Status } from 'nice-grpc';
import { pino } from 'pino';
import { createOrm, migrate } from '#platform/postgres.ts';
import { digestCommand } from '#schema/command-digest.ts';
import { createUserId } from '#schema/ids.ts';
import { entities } from '../../subgraphs/storage/store/db/entities.ts';
import { migrations } from '../../subgraphs/storage/store/db/migrations.ts';
import {
  addMembers,
  createGroup,
  sendMessage,
  startWorker,
  toCommand,
  topicId,
  toRecord,
} from './commands.ts';
import { startStoreUnderTest } from './store-under-test.ts';

const logger = pino({ level: 'silent' });

test('every entity reads what the write path wrote', async () => {
  await using store = await startStoreUnderTest();
  const worker = await startWorker(store.client, 0);
  const [ana, ben] = [createUserId(), createUserId()];
  const group = createGroup(ana, [ben]);
  const at = { viewerId: ana, conversationId: group.conversationId };
  const remove = toCommand(at, { $case: 'removeMember', value: { userId: ben } });
  const send = sendMessage(at, 'text', { mentionUserIds: [ben] });
  await worker.append(group, addMembers(at, [ben]), send, remove);
  await worker.appendRaw([{ key: Buffer.alloc(0), value: Buffer.from([255]) }]);
  const options = {
    url: store.url,
    applicationName: 'test',
    connectionsMax: 2,
    logger,
    entities,
    migrations,
  };
  const { signal } = new AbortController();
  await Promise.all([migrate(options, signal), migrate(options, signal)]);
  const orm = await createOrm(options);
  for (const entity of entities as readonly EntitySchema[]) {
    const rows: object[] = await orm.em.fork().find(entity, {}, { limit: 2 });
    assert.ok(rows.length > 0, `${entity.meta.tableName} has rows`);
    for (const column of Object.keys(entity.properties))
      assert.ok(column in (rows[0] ?? {}), `${entity.meta.tableName}.${column}`);
  }
  await orm.close();
});

test('in a database of the version before, the last record is not known until the next batch', async () => {
  await using store = await startStoreUnderTest();
  const ana = createUserId();
  const group = createGroup(ana, []);
  await (await startWorker(store.client, 0)).append(group);
  await store.pool.query(
    'ALTER TABLE partition_progress DROP COLUMN last_record_offset, DROP COLUMN last_record_digest',
  );
  await store.pool.query(`DELETE FROM mikro_orm_migrations WHERE name = '0003-record-identity'`);
  const copy = await store.startCopy();
  const acquire = () => copy.acquirePartition({ topicId, partition: 0 });
  const { nextOffset, lastRecordDigest } = await acquire();
  assert.deepEqual([nextOffset, lastRecordDigest], [1, undefined]);
  const send = sendMessage({ viewerId: ana, conversationId: group.conversationId }, 'text');
  await (await startWorker(copy, 0)).append(send);
  assert.deepEqual((await acquire()).lastRecordDigest, digestCommand(toRecord(send, 1)));
});

test('events go to the partition of their week', async () => {
  await using store = await startStoreUnderTest();
  const worker = await startWorker(store.client, 0);
  await worker.append(createGroup(createUserId(), [createUserId()]));
  const week = Math.floor(Date.now() / (7 * 24 * 60 * 60 * 1000));
  const { rows } = await store.pool.query(
    'SELECT DISTINCT tableoid::regclass::text AS name FROM conversation_event',
  );
  assert.deepEqual(rows, [{ name: `conversation_event_week_${week}` }]);
});

test('a store whose connections break serves on, and a repeat stores nothing twice', async () => {
  await using store = await startStoreUnderTest();
  const ana = createUserId();
  const group = createGroup(ana, []);
  let worker = await startWorker(store.client, 0);
  await worker.append(group);
  const at = { viewerId: ana, conversationId: group.conversationId };
  for (let round = 0; round < 20; round += 1) {
    const send = sendMessage(at, `text ${round}`);
    const breaking = store.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'messageme store' AND datname = current_database()`,
    );
    const [answer] = await Promise.allSettled([worker.append(send), breaking]);
    for (let isStored = answer.status === 'fulfilled'; !isStored; ) {
      try {
        worker = await startWorker(store.client, 0);
        await worker.append(send);
        isStored = true;
      } catch (error) {
        // A connection of the pool that had not noticed yet.
        if (!(error instanceof ClientError) || error.code !== Status.UNAVAILABLE) throw error;
      }
    }
  }
  const { messages } = await store.client.listMessages({ ...at, limit: 100 });
  assert.deepEqual(
    messages.map(({ text }) => text),
    Array.from({ length: 20 }, (_value, round) => `text ${round}`),
  );
});
