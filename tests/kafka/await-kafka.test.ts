/** A process that starts while Kafka is away, or answers nothing, goes on as soon as it answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { awaitKafka, isAway } from '#platform/kafka/await-kafka.ts';
import { createClusterLink } from '#platform/kafka/cluster.ts';
import { fetchTopicIdentity } from '#platform/kafka/topic-id.ts';
import { ensureTopics } from '#platform/kafka/topics.ts';
import { brokerAddress, connect, createTopicName, logger, until } from './broker.ts';
import { FaultyLink } from './faulty-link.ts';

const apiVersionsKey = 18;
const waiting = () => ({ logger, signal: new AbortController().signal });

test('topics are made once the broker can be reached', async () => {
  const topic = createTopicName('late-broker');
  await using link = await FaultyLink.open(brokerAddress);
  link.set({ kind: 'cut' });
  const made = awaitKafka(
    () => ensureTopics(connect(link.address), [{ topic, partitions: 2, replicationFactor: 1, config: {} }]),
    waiting(),
  );
  assert.equal(await Promise.race([made, delay(1_500, 'still waiting')]), 'still waiting');
  link.set({ kind: 'pass' });
  await made;
  await using cluster = createClusterLink(connect(), logger);
  assert.equal((await fetchTopicIdentity(cluster, topic)).partitions, 2);
});

test('a broker that answers nothing at first is used when it does', async () => {
  const topic = createTopicName('dumb-broker');
  await using link = await FaultyLink.open(brokerAddress);
  link.losesReply = (apiKey) => apiKey === apiVersionsKey && link.lostReplies < 2;
  await awaitKafka(
    () => ensureTopics(connect(link.address), [{ topic, partitions: 1, replicationFactor: 1, config: {} }]),
    waiting(),
  );
  assert.equal(link.lostReplies, 2);
});

test('a broker that is silent after its first answer is waited for', async () => {
  const topic = createTopicName('silent-broker');
  await using link = await FaultyLink.open(brokerAddress);
  const metadataKey = 3;
  link.losesReply = (apiKey) => apiKey === metadataKey && link.countRequests(metadataKey) > 1;
  let tries = 0;
  const made = awaitKafka(() => {
    tries += 1;
    return ensureTopics(connect(link.address), [{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
  }, waiting());
  await until('it has tried again', () => tries > 1, 60_000);
  assert.ok(link.lostReplies > 1);
  link.losesReply = () => false;
  await made;
});

test('what is worth another try is told from what is not', () => {
  const { KafkaJSError, KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded } = kafkajs;
  const exceeded = new KafkaJSNumberOfRetriesExceeded(new Error('no'), { retryCount: 1, retryTime: 1 });
  const wrapped = Object.assign(new KafkaJSNonRetriableError('given up'), { cause: exceeded });
  for (const error of [
    new KafkaJSError('away'),
    exceeded,
    wrapped,
    new kafkajs.KafkaJSAggregateError('', [wrapped]),
  ])
    assert.equal(isAway(error), true, error.name);
  const refused = new KafkaJSNonRetriableError('not yours');
  for (const error of [
    refused,
    new TypeError('null'),
    new kafkajs.KafkaJSAggregateError('', [exceeded, refused]),
  ])
    assert.equal(isAway(error), false, error.name);
});

test('what Kafka refuses is told at once, and nothing waits after the end', async () => {
  const topic = createTopicName('refused');
  let tries = 0;
  const refused = awaitKafka(() => {
    tries += 1;
    return ensureTopics(connect(), [{ topic, partitions: 1, replicationFactor: 9, config: {} }]);
  }, waiting());
  await assert.rejects(refused, /Topic creation errors/);
  assert.equal(tries, 1);

  await using link = await FaultyLink.open(brokerAddress);
  link.set({ kind: 'cut' });
  const stopping = new AbortController();
  const kept = awaitKafka(() => ensureTopics(connect(link.address), []), { logger, signal: stopping.signal });
  const ended = assert.rejects(kept, /ECONNREFUSED/);
  await delay(100);
  stopping.abort();
  await ended;
});
