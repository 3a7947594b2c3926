/** What the Kafka tests share: the broker they are given, topics of their own, and waiting. Called by tests/kafka/*.test.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { Kafka } from '#platform/kafka/client.ts';
import { createKafka } from '#platform/kafka/client.ts';
import type { LogRecord } from '#platform/kafka/log-reader.ts';
import { createLogReader } from '#platform/kafka/log-reader.ts';
import { ensureTopics } from '#platform/kafka/topics.ts';
import type { Logger } from '#platform/logger.ts';

/** host:port of one broker. */
export const brokerAddress: string = readBrokerAddress();

export const logger: Logger = pino({ level: process.env.LOG_LEVEL ?? 'silent' });

/** A client of the given brokers (a comma list), or of a proxy in front of one. */
export function connect(addresses: string = brokerAddress): Kafka {
  return createKafka({ brokers: addresses.split(','), clientId: 'messageme-test', logger });
}

/** A name nobody else uses, now or in an earlier run. */
export function createTopicName(purpose: string): string {
  return `${process.env.KAFKA_TOPIC_PREFIX ?? ''}test.${purpose}.${Date.now()}.${process.pid}`;
}

/** A new topic with a name of its own. */
export async function createTopic(purpose: string, partitions: number): Promise<string> {
  const topic = createTopicName(purpose);
  await ensureTopics(connect(), [{ topic, partitions, replicationFactor: 1, config: {} }]);
  return topic;
}

/** Deletes a topic and makes one of its name, with one partition. */
export async function makeAnew(topic: string): Promise<void> {
  const admin = connect().admin();
  await admin.connect();
  try {
    await admin.deleteTopics({ topics: [topic] });
    while ((await admin.listTopics()).includes(topic)) await delay(50);
  } finally {
    await admin.disconnect();
  }
  await ensureTopics(connect(), [{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
}

/** Everything that is in the topic now, straight from the broker. */
export async function readAll(topic: string, addresses?: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  await using reader = createLogReader({
    kafka: connect(addresses),
    topic,
    from: { timestampMs: 0 },
    onBatch: (batch) => void records.push(...batch),
    logger,
    signal: new AbortController().signal,
  });
  await reader.caughtUp;
  return records;
}

/** Resolves when the condition holds; rejects with `what` after `timeoutMs`. */
export async function until(what: string, condition: () => boolean, timeoutMs = 20_000): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(20);
  }
}

function readBrokerAddress(): string {
  const address = process.env.KAFKA_BROKERS?.split(',')[0];
  if (address === undefined) throw new Error('KAFKA_BROKERS is missing: these tests need a broker');
  return address;
}
