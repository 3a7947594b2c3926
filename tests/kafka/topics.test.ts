/** Topics against a real broker: made once by whoever comes first, told apart from a namesake. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClusterLink } from '#platform/kafka/cluster.ts';
import { fetchTopicIdentity } from '#platform/kafka/topic-id.ts';
import { ensureTopics } from '#platform/kafka/topics.ts';
import { connect, createTopicName, logger } from './broker.ts';

test('topics', async (t) => {
  await t.test('several processes ensure the same topic at once; later wishes change nothing', async () => {
    const topic = createTopicName('ensure');
    const definition = { topic, partitions: 5, replicationFactor: 1, config: { 'retention.ms': '3600000' } };
    await Promise.all([1, 2, 3, 4].map(() => ensureTopics(connect(), [definition])));
    await ensureTopics(connect(), [{ ...definition, partitions: 9 }]);
    await using link = createClusterLink(connect(), logger);
    assert.equal((await fetchTopicIdentity(link, topic)).partitions, 5);
  });

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

  await t.test('a topic that is not there is an error', async () => {
    await using link = createClusterLink(connect(), logger);
    await assert.rejects(fetchTopicIdentity(link, createTopicName('absent')));
  });
});
