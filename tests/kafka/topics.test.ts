/** Topics against a real broker: made once by whoever comes first, told apart from a namesake. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import kafkajs from 'kafkajs';
import { createClusterLink } from '#platform/kafka/cluster.ts';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { fetchTopicIdentity } from '#platform/kafka/topic-id.ts';
import { ensureTopics, toTopicDefinition } from '#platform/kafka/topics.ts';
import { topics } from '#schema/topics.ts';
import { connect, createTopicName, logger, readAll } from './broker.ts';

const settings = { kafkaTopicPrefix: '', kafkaPartitions: 1, kafkaReplicationFactor: 1 };

/** Those it was given itself. */
async function readSettings(topic: string): Promise<Record<string, string>> {
  const admin = connect().admin();
  await admin.connect();
  try {
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic };
    const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
    const own = resources[0]?.configEntries.filter(
      ({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG,
    );
    return Object.fromEntries((own ?? []).map(({ configName, configValue }) => [configName, configValue]));
  } finally {
    await admin.disconnect();
  }
}

test('topics', async (t) => {
  await t.test('several processes ensure the same topic at once; later wishes change nothing', async () => {
    const topic = createTopicName('ensure');
    const definition = { topic, partitions: 5, replicationFactor: 1, config: { 'retention.ms': '3600000' } };
    await Promise.all([1, 2, 3, 4].map(() => ensureTopics(connect(), [definition])));
    await ensureTopics(connect(), [{ ...definition, partitions: 9 }]);
    await using link = createClusterLink(connect(), logger);
    assert.equal((await fetchTopicIdentity(link, topic)).partitions, 5);
  });

  await t.test(
    'a topic of an earlier version gets the settings it lacks and keeps those it has',
    async () => {
      const topic = createTopicName('settings');
      const given = { 'retention.ms': '3600000' };
      await ensureTopics(connect(), [{ topic, partitions: 1, replicationFactor: 1, config: given }]);
      const { config } = toTopicDefinition(settings, topics.chatCommands);
      const definition = { topic, partitions: 1, replicationFactor: 1, config };
      await Promise.all([1, 2].map(() => ensureTopics(connect(), [definition])));
      assert.deepEqual(await readSettings(topic), { ...config, ...given });
    },
  );

  await t.test(
    'a record is taken and gets the time of the broker, whatever the clock of its writer says',
    async (t) => {
      const topic = createTopicName('wrong-clock');
      await ensureTopics(connect(), [
        { ...toTopicDefinition(settings, topics.chatCommands), topic, partitions: 1 },
      ]);
      const { now } = Date;
      for (const offMs of [2 * 3_600_000, -40 * 24 * 3_600_000]) {
        t.mock.method(Date, 'now', () => now() + offMs);
        await using producer = createOrderedProducer({ kafka: connect(), logger });
        await producer.send({ topic, partition: 0, key: null, value: Buffer.from('x') });
        t.mock.restoreAll();
      }
      const ages = (await readAll(topic)).map(({ timestampMs }) => Math.abs(Date.now() - timestampMs));
      assert.equal(ages.length, 2);
      assert.ok(Math.max(...ages) < 60_000, `${ages.join(' and ')} ms`);
    },
  );

  await t.test('a topic created anew under its name has another id', async () => {
    const topic = createTopicName('identity');
    const definition = { topic, partitions: 1, replicationFactor: 1, config: {} };
    await using link = createClusterLink(connect(), logger);
    await ensureTopics(connect(), [definition]);
    const before = await fetchTopicIdentity(link, topic);
    assert.match(before.topicId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual(await fetchTopicIdentity(link, topic), before);
    const admin = connect().admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    await ensureTopics(connect(), [definition]);
    assert.notEqual((await fetchTopicIdentity(link, topic)).topicId, before.topicId);
  });

  await t.test('records name the leader that the topic has', async () => {
    const topic = createTopicName('leader');
    await ensureTopics(connect(), [{ topic, partitions: 3, replicationFactor: 1, config: {} }]);
    await using producer = createOrderedProducer({ kafka: connect(), logger });
    await producer.send({ topic, partition: 2, key: null, value: Buffer.from('x') });
    await using link = createClusterLink(connect(), logger);
    const { leaderEpochs } = await fetchTopicIdentity(link, topic);
    assert.deepEqual([...leaderEpochs.keys()].sort(), [0, 1, 2]);
    const [record] = await readAll(topic);
    assert.equal(record?.leaderEpoch, leaderEpochs.get(2));
  });

  await t.test('a topic that is not there is an error', async () => {
    await using link = createClusterLink(connect(), logger);
    await assert.rejects(fetchTopicIdentity(link, createTopicName('absent')));
  });
});
