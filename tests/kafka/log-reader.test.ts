/** Log readers against a real broker: every reader sees every record once and in order, whatever happens to its link. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthEvents } from '#platform/auth-events.ts';
import type { LogReader } from '#platform/kafka/log-reader.ts';
import { createLogReader } from '#platform/kafka/log-reader.ts';
import type { OrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ensureTopics, toTopicDefinition } from '#platform/kafka/topics.ts';
import { createRevokedSessions } from '#platform/revoked-sessions.ts';
import { AuthEvent } from '#schema/generated/user_directory.ts';
import { topics } from '#schema/topics.ts';
import { brokerAddress, connect, createTopic, createTopicName, logger, until } from './broker.ts';
import { FaultyLink } from './faulty-link.ts';

const never = new AbortController().signal;

async function send(producer: OrderedProducer, topic: string, values: readonly string[]): Promise<void> {
  await Promise.all(
    values.map((value, index) =>
      producer.send({ topic, partition: index % 3, key: 'k', value: Buffer.from(value) }),
    ),
  );
}

function numbers(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(from + index));
}

function read(topic: string, address?: string): { reader: LogReader; seen: string[] } {
  const seen: string[] = [];
  const reader = createLogReader({
    kafka: connect(address),
    topic,
    from: 'end',
    onBatch: (records) => void seen.push(...records.map(({ value }) => String(value))),
    logger,
    signal: never,
  });
  return { reader, seen };
}

const byNumber = (one: string, other: string) => Number(one) - Number(other);

test('log reader', async (t) => {
  await t.test('two readers see all that is written after they are ready, and nothing older', async () => {
    const topic = await createTopic('two-readers', 3);
    await using producer = createOrderedProducer({ kafka: connect(), logger });
    await send(producer, topic, numbers(0, 100));
    const [one, other] = [read(topic), read(topic)];
    await using _one = one.reader;
    await using _other = other.reader;
    await Promise.all([one.reader.ready, other.reader.ready]);
    await send(producer, topic, numbers(100, 500));
    await until('both have read', () => one.seen.length >= 500 && other.seen.length >= 500);
    assert.deepEqual(one.seen.toSorted(byNumber), numbers(100, 500));
    assert.deepEqual(other.seen.toSorted(byNumber), numbers(100, 500));
    assert.equal(one.reader.healthy(), true);
  });

  await t.test('cut connections: nothing missed, nothing twice', async () => {
    const topic = await createTopic('reader-cuts', 3);
    await using link = await FaultyLink.open(brokerAddress);
    await using producer = createOrderedProducer({ kafka: connect(), logger });
    const { reader, seen } = read(topic, link.address);
    await using _reader = reader;
    await reader.ready;
    for (let round = 0; round < 10; round++) {
      await send(producer, topic, numbers(round * 300, 300));
      link.reset();
    }
    await until('all have come', () => seen.length >= 3_000);
    assert.deepEqual(seen.toSorted(byNumber), numbers(0, 3_000));
  });

  await t.test('a silent link makes it unhealthy, and it goes on where it was', async () => {
    const topic = await createTopic('reader-silence', 3);
    await using link = await FaultyLink.open(brokerAddress);
    await using producer = createOrderedProducer({ kafka: connect(), logger });
    const { reader, seen } = read(topic, link.address);
    await using _reader = reader;
    await reader.ready;
    link.set({ kind: 'black-holed' });
    await send(producer, topic, numbers(0, 30));
    await until('it says so', () => !reader.healthy());
    link.set({ kind: 'pass' });
    await until('all have come', () => seen.length >= 30);
    assert.deepEqual(seen.toSorted(byNumber), numbers(0, 30));
    assert.equal(reader.healthy(), true);
  });

  await t.test('a batch that could not be taken comes again', async () => {
    const topic = await createTopic('reader-retake', 1);
    await using producer = createOrderedProducer({ kafka: connect(), logger });
    const calls: string[][] = [];
    await using reader = createLogReader({
      kafka: connect(),
      topic,
      from: { timestampMs: 0 },
      onBatch: (records) => {
        calls.push(records.map(({ value }) => String(value)));
        if (calls.length === 1) throw new Error('not now');
      },
      logger,
      signal: never,
    });
    await reader.ready;
    await producer.send({ topic, partition: 0, key: null, value: Buffer.from('a') });
    await until('it came again', () => calls.length === 2);
    assert.deepEqual(calls, [['a'], ['a']]);
  });

  await t.test('revoked sessions: old revocations are known when ready, new ones are told once', async () => {
    const kafkaTopicPrefix = `${createTopicName('revocations')}.`;
    const settings = { kafkaTopicPrefix, kafkaPartitions: 1, kafkaReplicationFactor: 1 };
    const definition = toTopicDefinition(settings, topics.authEvents);
    const { topic } = definition;
    await ensureTopics(connect(), [definition]);
    await using producer = createOrderedProducer({ kafka: connect(), logger });
    const write = (body: AuthEvent['body']) => {
      const event = AuthEvent.encode(
        AuthEvent.fromPartial({ userId: 'usr_x', ...(body === undefined ? {} : { body }) }),
      );
      return producer.send({ topic, partition: 0, key: null, value: Buffer.from(event.finish()) });
    };
    const revoke = (sessionId: string) => write({ $case: 'sessionRevoked', value: { sessionId } });
    await revoke('ses_old');
    await write({ $case: 'profileChanged', value: {} });
    await producer.send({ topic, partition: 0, key: null, value: Buffer.from([0xff, 0xff]) });
    await using authEvents = createAuthEvents({
      kafka: connect(),
      config: { kafkaTopicPrefix, accessTokenTtlMs: 600_000 },
      logger,
      signal: never,
    });
    using revoked = createRevokedSessions(authEvents, logger);
    const told: string[] = [];
    const heard: (string | undefined)[] = [];
    authEvents.listen(() => {
      throw new Error('a listener that fails keeps nothing from the others');
    });
    authEvents.listen(({ body }) => void heard.push(body?.$case));
    revoked.onRevoked((sessionId) => void told.push(sessionId));
    await authEvents.ready;
    assert.deepEqual(heard, ['sessionRevoked', 'profileChanged']);
    assert.deepEqual([revoked.isRevoked('ses_old'), revoked.isRevoked('ses_new')], [true, false]);
    await revoke('ses_new');
    await revoke('ses_new');
    await until('it is known', () => revoked.isRevoked('ses_new'));
    assert.deepEqual(told, ['ses_old', 'ses_new']);
  });
});
