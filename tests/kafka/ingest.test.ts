/**
 * PERSIST 1/3 against a real broker and a message store in memory, served by real gRPC: commands are applied once and their events
 * reach chat.events in order, whatever fails between.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ensureTopics } from '#platform/kafka/topics.ts';
import { brokerAddress, connect, logger, until } from './broker.ts';
import { FaultyLink, produceKey } from './faulty-link.ts';
import { createWorld } from './ingest-world.ts';

test('ingest', async (t) => {
  await t.test('applies and publishes in order', async () => {
    await using world = await createWorld('plain');
    const ingest = world.startIngest();
    await world.sendCommands(0, 2_000);
    await world.assertComplete(2_000);
    assert.equal(ingest.healthy(), true);
  });

  await t.test('a store that fails before and after its commit', async () => {
    await using world = await createWorld('store-fails');
    let calls = 0;
    world.store.fate = () => (['ok', 'before', 'ok', 'after'] as const)[calls++ % 4] ?? 'ok';
    world.startIngest();
    for (let round = 0; round < 8; round++) await world.sendCommands(round * 100, 100);
    await world.assertComplete(800);
  });

  await t.test('two copies, one of which comes and goes', async () => {
    await using world = await createWorld('copies');
    world.startIngest();
    for (let round = 0; round < 3; round++) {
      await using _second = world.startIngest();
      await world.sendCommands(round * 500, 500);
      await until('half is applied', () => world.store.applied.length >= round * 500 + 250);
    }
    await world.assertComplete(1_500);
  });

  await t.test('lost replies and cut connections on the way to Kafka', async () => {
    await using world = await createWorld('kafka-fails');
    await using link = await FaultyLink.open(brokerAddress);
    let answers = 0;
    link.losesReply = (apiKey) => apiKey === produceKey && ++answers % 6 === 0;
    world.startIngest(link.address);
    for (let round = 0; round < 10; round++) {
      await world.sendCommands(round * 100, 100);
      await until('some are applied', () => world.store.applied.length >= round * 100 + 50);
      if (round % 3 === 2) link.reset();
    }
    await world.assertComplete(1_000);
    assert.ok(link.lostReplies > 0);
  });

  await t.test('stored events that were never published are published by the next owner', async () => {
    await using world = await createWorld('unpublished');
    await world.sendCommands(0, 100);
    {
      // As after kill -9 between commit and publish: applied, and nothing in the log.
      const { store, partitions } = world;
      for (let partition = 0; partition < partitions; partition++) {
        const records = Array.from({ length: 50 }, (_, offset) => ({
          offset,
          key: Buffer.from('cnv_a'),
          value: Buffer.from(String(offset * partitions + partition)),
        }));
        store.append({ topicId: '', partition, ownerEpoch: 0, expectedOffset: 0, records });
      }
    }
    world.startIngest();
    await world.assertComplete(100);
  });

  await t.test('a store that does not belong to the log is not written to, and health says so', async () => {
    await using world = await createWorld('mismatch');
    world.store.findProgress(0).nextOffset = 7;
    const ingest = world.startIngest();
    await world.sendCommands(0, 4);
    await until('the other partition is applied', () => world.store.applied.length === 2);
    assert.deepEqual(world.store.applied, ['1', '3']);
    assert.equal(ingest.healthy(), false);
    world.store.findProgress(0).nextOffset = 0;
    await world.assertComplete(4);
    await until('it is healthy again', () => ingest.healthy());
  });

  await t.test(
    'a log that lost its end is refused, also when it has grown past the offset that was applied',
    async () => {
      await using world = await createWorld('lost-its-end', 1);
      const { store } = world;
      const lost = Array.from({ length: 5 }, (_, offset) => ({
        offset,
        key: Buffer.from('cnv_a'),
        value: Buffer.from(`lost ${offset}`),
      }));
      store.append({ topicId: '', partition: 0, ownerEpoch: 0, expectedOffset: 0, records: lost });
      const ingest = world.startIngest();
      await until('the shorter log is refused', () => store.findProgress(0).ownerEpoch >= 2);
      await world.sendCommands(0, 20);
      const refusedAt = store.findProgress(0).ownerEpoch;
      await until('the longer one is refused', () => store.findProgress(0).ownerEpoch >= refusedAt + 3);
      assert.equal(store.applied.length, lost.length);
      assert.equal(ingest.healthy(), false);
      store.findProgress(0).nextOffset = 0;
      await until('all that the log holds is applied', () => store.applied.length === lost.length + 20);
      await until('it is healthy again', () => ingest.healthy());
    },
  );

  await t.test(
    'a topic made anew is refused, also when it has grown past the offset that was applied',
    async () => {
      await using world = await createWorld('made-anew');
      const { partitions } = world;
      const ingest = world.startIngest();
      await world.sendCommands(0, 4);
      await world.assertComplete(4);
      const topic = world.commandsTopic;
      const admin = connect().admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [topic] });
      for (let isThere = true; isThere; ) isThere = (await admin.listTopics()).includes(topic);
      await admin.disconnect();
      await ensureTopics(connect(), [{ topic, partitions, replicationFactor: 1, config: {} }]);
      await using fresh = createOrderedProducer({ kafka: connect(), logger });
      for (let number = 0; number < 20; number += 1) {
        const value = Buffer.from(String(100 + number));
        await fresh.send({ topic, partition: number % partitions, key: 'cnv_a', value });
      }
      await until(
        'every partition is refused, again and again',
        () => world.store.refusals >= 3 * partitions,
      );
      assert.equal(ingest.healthy(), false);
    },
  );
});
