/** The decider over gRPC on a real Postgres: numbers, keys, fencing, poison, redelivery. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ClientError, Status } from 'nice-grpc';
import { digestCommand } from '#schema/command-digest.ts';
import { RejectionCode } from '#schema/generated/events.ts';
import { createUserId, namedConversationId } from '#schema/ids.ts';
import {
  addMembers,
  createGroup,
  nameOf,
  sendMessage,
  startWorker,
  toCommand,
  topicId,
  toRecord,
} from './commands.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { collect, startStoreUnderTest } from './store-under-test.ts';

const [ana, ben, cleo] = [createUserId(), createUserId(), createUserId()];

function isRefused(status: Status): (error: unknown) => boolean {
  return (error) => error instanceof ClientError && error.code === status;
}

test('append', async (t) => {
  let store: StoreUnderTest;
  before(async () => {
    store = await startStoreUnderTest();
  });
  after(() => store[Symbol.asyncDispose]());

  await t.test('numbers are dense across batches, partitions and copies of the store', async () => {
    const copies = [store.client, await store.startCopy()];
    const groups = await Promise.all(
      [1, 2].map(async (partition) => {
        const client = copies[partition % 2] ?? store.client;
        const worker = await startWorker(client, partition);
        const created = [1, 2, 3].map(() => createGroup(ana, [ben]));
        await worker.append(...created);
        for (let batch = 0; batch < 20; batch += 1) {
          const sends = created.flatMap(({ conversationId }) =>
            [ana, ben].map((viewerId) => sendMessage({ viewerId, conversationId }, `text ${batch}`)),
          );
          await worker.append(...sends);
        }
        const log = await collect(client.readLog({ partition, afterLogSeq: 0 }));
        assert.deepEqual(
          log.map((event) => event.logSeq),
          log.map((_event, index) => index + 1),
        );
        assert.equal(log.length, 3 * 2 + 3 * 40);
        return { log, created };
      }),
    );
    for (const { log, created } of groups) {
      for (const { conversationId } of created) {
        const events = log.filter((event) => event.conversationId === conversationId);
        assert.deepEqual(
          events.map((event) => event.eventSeq),
          events.map((_event, index) => index + 1),
        );
        const seqs = events.flatMap(({ body }) =>
          body?.$case === 'messageCreated' ? [body.value.message?.seq] : [],
        );
        assert.deepEqual(
          seqs,
          Array.from({ length: 40 }, (_value, index) => index + 1),
        );
      }
    }
  });

  await t.test('one key is one message for ever, in one batch and across batches', async () => {
    const worker = await startWorker(store.client, 3);
    const group = createGroup(ana, [ben]);
    const at = { viewerId: ana, conversationId: group.conversationId };
    const clientMessageId = randomUUID();
    const again = () => sendMessage(at, 'hello', { clientMessageId, mentionUserIds: [ben, cleo] });
    const first = await worker.append(group, again(), again());
    assert.deepEqual(first.map(nameOf), ['memberJoined', 'memberJoined', 'messageCreated', 'replayed']);
    const upper = sendMessage(at, 'hello', {
      clientMessageId: clientMessageId.toUpperCase(),
      mentionUserIds: [cleo, ben, ben],
    });
    const second = await worker.append(again(), upper, sendMessage(at, 'other', { clientMessageId }));
    assert.deepEqual(second.map(nameOf), [
      'replayed',
      'replayed',
      `rejected ${RejectionCode.IDEMPOTENCY_CONFLICT}`,
    ]);
    const outcome = second[0]?.record;
    assert.ok(outcome?.$case === 'outcome' && outcome.value.result?.$case === 'replayed');
    const { message, eventSeq } = outcome.value.result.value;
    assert.equal(eventSeq, 3);
    assert.equal(message?.seq, 1);
    assert.deepEqual(message?.mentionUserIds, [ben]);
  });

  await t.test('a sender who was removed still learns that the message is stored', async () => {
    const worker = await startWorker(store.client, 3);
    const group = createGroup(ana, [ben]);
    const at = { viewerId: ben, conversationId: group.conversationId };
    const clientMessageId = randomUUID();
    const remove = toCommand({ ...at, viewerId: ana }, { $case: 'removeMember', value: { userId: ben } });
    await worker.append(group, sendMessage(at, 'hello', { clientMessageId }), remove);
    const records = await worker.append(
      sendMessage(at, 'hello', { clientMessageId }),
      sendMessage(at, 'one more'),
    );
    assert.deepEqual(records.map(nameOf), ['replayed', `rejected ${RejectionCode.NOT_A_MEMBER}`]);
  });

  await t.test('an earlier owner and a wrong offset are fenced off, and change nothing', async () => {
    const old = await startWorker(store.client, 4);
    const group = createGroup(ana, [ben]);
    await old.append(group);
    const young = await startWorker(store.client, 4);
    assert.equal(young.nextOffset, 1);
    const send = () => sendMessage({ viewerId: ana, conversationId: group.conversationId }, 'hello');
    await assert.rejects(old.append(send()), isRefused(Status.FAILED_PRECONDITION));
    young.nextOffset = 5;
    await assert.rejects(young.append(send()), isRefused(Status.FAILED_PRECONDITION));
    young.nextOffset = 1;
    assert.deepEqual((await young.append(send())).map(nameOf), ['messageCreated']);
    assert.equal((await collect(store.client.readLog({ partition: 4, afterLogSeq: 0 }))).length, 3);
  });

  await t.test('two owners that append at once: each offset is applied by one of them', async () => {
    const group = createGroup(ana, [ben]);
    const first = await startWorker(store.client, 5);
    await first.append(group);
    const sends = Array.from({ length: 30 }, () =>
      sendMessage({ viewerId: ana, conversationId: group.conversationId }, 'hello'),
    );
    async function work(): Promise<void> {
      for (;;) {
        const worker = await startWorker(store.client, 5);
        try {
          for (;;) {
            const send = sends[worker.nextOffset - 1];
            if (send === undefined) return;
            await worker.append(send);
          }
        } catch (error) {
          if (!isRefused(Status.FAILED_PRECONDITION)(error)) throw error;
        }
      }
    }
    await Promise.all([work(), work(), work()]);
    const events = await collect(store.client.readLog({ partition: 5, afterLogSeq: 2 }));
    assert.deepEqual(
      events.map(({ commandId }) => commandId),
      sends.map(({ commandId }) => commandId),
    );
  });

  await t.test('a batch whose answer was lost is not applied again', async () => {
    const worker = await startWorker(store.client, 6);
    const group = createGroup(ana, [ben]);
    await worker.append(group);
    worker.nextOffset = 0;
    await assert.rejects(worker.append(group), isRefused(Status.FAILED_PRECONDITION));
    const { nextOffset, lastLogSeq } = await startAndTell(6);
    assert.deepEqual({ nextOffset, lastLogSeq }, { nextOffset: 1, lastLogSeq: 2 });
  });

  async function startAndTell(partition: number): Promise<{ nextOffset: number; lastLogSeq: number }> {
    return store.client.acquirePartition({ topicId, partition });
  }

  await t.test('poison goes to dead_letter and the rest of the batch is applied', async () => {
    const worker = await startWorker(store.client, 7);
    const group = createGroup(ana, [ben]);
    const elsewhere = createGroup(ana, [ben]);
    await (await startWorker(store.client, 8)).append(elsewhere);
    const at = { viewerId: ana, conversationId: group.conversationId };
    const nul = sendMessage(at, 'a\0b');
    const stray = sendMessage({ viewerId: ana, conversationId: elsewhere.conversationId }, 'stray');
    const forged = sendMessage(at, 'forged');
    if (forged.body?.$case === 'sendMessage') forged.body.value.messageId = elsewhere.conversationId;
    const records = await worker.appendRaw([
      toRecord(group, 0),
      { key: Buffer.from('x'), value: Buffer.from([255, 255, 255]) },
      { key: Buffer.alloc(0), value: Buffer.alloc(600_000, 7) },
      { key: Buffer.from('wrong'), value: toRecord(sendMessage(at, 'x'), 0).value },
      toRecord(nul, 0),
      toRecord(stray, 0),
      toRecord(forged, 0),
      toRecord(sendMessage(at, 'good'), 0),
    ]);
    assert.deepEqual(records.map(nameOf), [
      'memberJoined',
      'memberJoined',
      `rejected ${RejectionCode.VALIDATION_FAILED}`,
      'messageCreated',
    ]);
    const letters = await store.pool.query(
      'SELECT record_offset::int AS at, value_bytes, length(value) AS kept FROM dead_letter WHERE partition = 7 ORDER BY 1',
    );
    assert.deepEqual(
      letters.rows.map(({ at: offset }) => offset),
      [1, 2, 3, 5, 6],
    );
    assert.deepEqual(letters.rows[1], { at: 2, value_bytes: 600_000, kept: 256 * 1024 });
  });

  await t.test(
    'a letter stays when its offset is another record now, and the same record is one letter',
    async () => {
      const partition = 15;
      const worker = await startWorker(store.client, partition);
      const findLetters = () =>
        store.pool.query<{ topic_id: string; value: string; discarded_at_ms: number | null }>(
          `SELECT topic_id, convert_from(value, 'UTF8') AS value, discarded_at_ms::int FROM dead_letter
          WHERE partition = $1 AND record_offset = 0 ORDER BY value`,
          [partition],
        );
      const key = Buffer.from('k');
      await worker.appendRaw([{ key, value: Buffer.from('first') }]);
      await store.pool.query('UPDATE dead_letter SET discarded_at_ms = 1 WHERE partition = $1', [partition]);
      for (const value of ['first', 'second', 'second']) {
        // As after the acceptance of a log that had lost its end.
        await store.pool.query('UPDATE partition_progress SET next_offset = 0 WHERE partition = $1', [
          partition,
        ]);
        worker.nextOffset = 0;
        await worker.appendRaw([{ key, value: Buffer.from(value) }]);
      }
      const { rows } = await findLetters();
      assert.deepEqual(
        rows.map(({ value, discarded_at_ms }) => [value, discarded_at_ms]),
        [
          ['first', 1],
          ['second', null],
        ],
      );
      assert.deepEqual([rows[0]?.topic_id.startsWith(`${topicId}/`), rows[1]?.topic_id], [true, topicId]);
    },
  );

  await t.test('what Postgres refuses is cut out of its batch', async () => {
    const worker = await startWorker(store.client, 9);
    const group = createGroup(ana, [ben]);
    await worker.append(group);
    const at = { viewerId: ana, conversationId: group.conversationId };
    const bad = sendMessage(at, 'refuse me');
    await store.pool.query(`ALTER TABLE message ADD CONSTRAINT refused CHECK (text <> 'refuse me')`);
    const sends = Array.from({ length: 9 }, (_value, index) => sendMessage(at, `good ${index}`));
    const records = await worker.append(...sends.slice(0, 4), bad, ...sends.slice(4));
    await store.pool.query('ALTER TABLE message DROP CONSTRAINT refused');
    assert.equal(records.length, 9);
    assert.equal(worker.nextOffset, 11);
    const page = await store.client.listMessages({ ...at, limit: 20 });
    assert.deepEqual(
      page.messages.map(({ seq }) => seq),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    const letters = await store.pool.query(
      'SELECT record_offset::int AS at FROM dead_letter WHERE partition = 9',
    );
    assert.deepEqual(letters.rows, [{ at: 5 }]);
  });

  await t.test('a command on people that is delivered twice has its effect once', async () => {
    const worker = await startWorker(store.client, 10);
    const group = createGroup(ana, [ben]);
    const at = { viewerId: ana, conversationId: group.conversationId };
    const add = addMembers(at, [cleo]);
    const remove = toCommand(at, { $case: 'removeMember', value: { userId: cleo } });
    const refused = addMembers({ ...at, viewerId: ben }, [cleo]);
    const first = await worker.append(group, add, remove, refused, add);
    assert.deepEqual(first.slice(2).map(nameOf), ['memberJoined', 'memberLeft', `rejected 2`, 'unchanged']);
    const promote = toCommand(at, { $case: 'leaveConversation', value: {} });
    const second = await worker.append(promote, refused, add, remove);
    assert.deepEqual(second.map(nameOf), [
      'memberLeft',
      'memberJoined',
      `rejected 2`,
      'unchanged',
      'unchanged',
    ]);
  });

  await t.test('a send that was refused stays refused, whoever has joined since', async () => {
    const worker = await startWorker(store.client, 10);
    const group = createGroup(ana, [ben]);
    const { conversationId } = group;
    const refused = sendMessage({ viewerId: cleo, conversationId }, 'hello');
    const add = addMembers({ viewerId: ana, conversationId }, [cleo]);
    await worker.append(group, refused, add);
    const again = sendMessage({ viewerId: cleo, conversationId }, 'hello again');
    assert.deepEqual((await worker.append(refused, again)).map(nameOf), [
      `rejected ${RejectionCode.NOT_A_MEMBER}`,
      'messageCreated',
    ]);
  });

  await t.test('the record applied last is known until the offset is moved without it', async () => {
    const acquire = () => store.client.acquirePartition({ topicId, partition: 13 });
    assert.equal((await acquire()).lastRecordDigest, undefined);
    const worker = await startWorker(store.client, 13);
    const group = createGroup(ana, [ben]);
    const send = sendMessage({ viewerId: ana, conversationId: group.conversationId }, 'hello');
    await worker.append(group, send);
    assert.deepEqual((await acquire()).lastRecordDigest, digestCommand(toRecord(send, 1)));
    // As a store of an earlier version does.
    await store.pool.query('UPDATE partition_progress SET next_offset = 7 WHERE partition = 13');
    assert.equal((await acquire()).lastRecordDigest, undefined);
  });

  await t.test('the same conversation created by two partitions at once is one', async () => {
    const workers = await Promise.all([11, 12].map((partition) => startWorker(store.client, partition)));
    for (let round = 0; round < 10; round += 1) {
      const conversationId = namedConversationId(ana, randomUUID());
      const command = () => ({ ...createGroup(ana, [ben]), conversationId });
      const answers = await Promise.all(workers.map((worker) => worker.append(command())));
      const names = answers.map((records) => records.map(nameOf).join()).sort();
      assert.deepEqual(names, ['memberJoined,memberJoined', 'unchanged']);
    }
  });

  await t.test('another topic is refused', async () => {
    const other = store.client.acquirePartition({ topicId: randomUUID(), partition: 3 });
    await assert.rejects(other, isRefused(Status.FAILED_PRECONDITION));
  });
});
