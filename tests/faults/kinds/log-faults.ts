/** What can happen to the log, each while Kafka itself is up: records again, records that are none, offsets and groups that are gone, members that come and go, more partitions. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { pino } from 'pino';
import { createKafka } from '#platform/kafka/client.ts';
import type { LogRecord } from '#platform/kafka/log-reader.ts';
import { createLogReader } from '#platform/kafka/log-reader.ts';
import { topics } from '#schema/topics.ts';
import { keepDown } from '#tests/harness/keep-down.ts';
import type { FaultKind, Trouble } from './kind.ts';
import { always, over, until, untilReplaced } from './kind.ts';

const logger = pino({ level: 'silent' });
const duplicatesMax = 500;
const duplicatesPastMs = 20_000;
const poisonMax = 50;
/** The largest of them in one batch stay below what a topic takes by default, 1 MiB. */
const recordsAtOnce = 5;
const stormMs = 8_000;
const stormMemberMs = 1_500;
const partitionsMax = 12;
const windowMs = 30_000;

function open({ scene }: Trouble) {
  const kafka = createKafka({ brokers: scene.kafkaBrokers, clientId: 'faults', logger });
  const { topicPrefix } = scene.network;
  return {
    kafka,
    commands: `${topicPrefix}${topics.chatCommands.name}`,
    events: `${topicPrefix}${topics.chatEvents.name}`,
    group: `${topicPrefix}storage.ingest`,
  };
}

async function withAdmin<Result>(trouble: Trouble, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = open(trouble).kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** The last commands are in the log once more, as after a producer that sent again what had arrived. */
async function deliverTwice(trouble: Trouble): ReturnType<FaultKind['inflict']> {
  const { kafka, commands } = open(trouble);
  const records: LogRecord[] = [];
  {
    await using reader = createLogReader({
      kafka,
      topic: commands,
      from: { timestampMs: Date.now() - duplicatesPastMs },
      onBatch: (batch) => void records.push(...batch),
      logger,
      signal: AbortSignal.timeout(windowMs),
    });
    await reader.caughtUp;
  }
  const again = records.slice(-duplicatesMax);
  // Without headers: kafkajs reads one that is named like a property of every object as something that it can't write again.
  await produce(
    trouble,
    commands,
    again.map(({ partition, key, value }) => ({ partition, key, value })),
  );
  return over(`${again.length} commands`);
}

/** Bytes that are no record of ours, on every partition of both topics. */
async function poison(trouble: Trouble): ReturnType<FaultKind['inflict']> {
  const { random } = trouble;
  const { commands, events } = open(trouble);
  const count = random.between(5, poisonMax);
  const hostile = (): Produced => ({
    partition: random.between(0, 5),
    key: random.pick([null, Buffer.alloc(0), Buffer.from('__proto__'), randomBytes(12)]),
    value: random.pick([null, Buffer.alloc(0), randomBytes(40), randomBytes(200_000)]),
    headers: { constructor: randomBytes(8), ['\n'.repeat(3)]: Buffer.alloc(0) },
  });
  for (const topic of [commands, events])
    await produce(trouble, topic, Array.from({ length: count }, hostile));
  return over(`${count} records on each topic`);
}

type Produced = Pick<LogRecord, 'partition' | 'key' | 'value'> & {
  readonly headers?: LogRecord['headers'];
};

async function produce(trouble: Trouble, topic: string, records: readonly Produced[]): Promise<void> {
  const producer = open(trouble).kafka.producer();
  await producer.connect();
  try {
    const messages = records.map(({ partition, key, value, headers = {} }) => ({
      partition,
      key,
      value,
      headers: Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, bytes ?? ''])),
    }));
    for (let from = 0; from < messages.length; from += recordsAtOnce)
      await producer.send({ topic, acks: -1, messages: messages.slice(from, from + recordsAtOnce) });
  } finally {
    await producer.disconnect();
  }
}

/** Does something to the group while it has no member: every storage process is kept down meanwhile. */
async function whileEmpty(trouble: Trouble, work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const workers = trouble.scene.processes.filter(({ kind }) => kind === 'storage');
  const before = workers.map((process) => process.pid());
  await withAdmin(trouble, async (admin) => {
    using _down = keepDown(workers);
    await until(
      'the group to be empty',
      async () =>
        await work(admin).then(
          () => true,
          () => false,
        ),
      windowMs,
    );
  });
  await Promise.all(workers.map((process, index) => untilReplaced(process, before[index] ?? null)));
}

async function resetOffsets(trouble: Trouble): ReturnType<FaultKind['inflict']> {
  const { commands: topic, group: groupId } = open(trouble);
  await whileEmpty(trouble, (admin) => admin.resetOffsets({ groupId, topic, earliest: true }));
  return over('to the beginning');
}

async function deleteGroup(trouble: Trouble): ReturnType<FaultKind['inflict']> {
  const { group } = open(trouble);
  await whileEmpty(trouble, (admin) => admin.deleteGroups([group]));
  return over('the group of the ingest workers');
}

/** Members that take partitions and do nothing with them, one after the other. */
async function rebalanceStorm(trouble: Trouble): ReturnType<FaultKind['inflict']> {
  const { kafka, commands, group } = open(trouble);
  const endAt = performance.now() + stormMs;
  let members = 0;
  while (performance.now() < endAt) {
    const consumer = kafka.consumer({ groupId: group, sessionTimeout: 6_000, rebalanceTimeout: 6_000 });
    await consumer.connect();
    await consumer.subscribe({ topic: commands });
    await consumer.run({ autoCommit: false, eachMessage: async () => undefined });
    members += 1;
    await delay(stormMemberMs);
    await consumer.disconnect();
  }
  return over(`${members} members came and went`);
}

/** Conversations stay on the partition that is stored with them; chat.events grows first, since commands lead there. */
async function raisePartitions(trouble: Trouble): ReturnType<FaultKind['inflict']> {
  const { commands, events } = open(trouble);
  const count = await withAdmin(trouble, async (admin) => {
    const { topics: described } = await admin.fetchTopicMetadata({ topics: [commands] });
    const next = (described[0]?.partitions.length ?? 0) + 1;
    if (next > partitionsMax) return next - 1;
    for (const topic of [events, commands])
      await admin.createPartitions({ topicPartitions: [{ topic, count: next }] });
    return next;
  });
  return over(`to ${count}`);
}

export const logFaults: readonly FaultKind[] = [
  { name: 'duplicate-delivery', breaks: 'kafka', weight: 3, isPossible: always, inflict: deliverTwice },
  { name: 'poison-records', breaks: 'kafka', weight: 3, isPossible: always, inflict: poison },
  { name: 'offsets-reset', breaks: 'kafka', weight: 1, isPossible: always, inflict: resetOffsets },
  { name: 'group-deleted', breaks: 'kafka', weight: 1, isPossible: always, inflict: deleteGroup },
  { name: 'rebalance-storm', breaks: 'kafka', weight: 1, isPossible: always, inflict: rebalanceStorm },
  { name: 'partitions-raised', breaks: 'kafka', weight: 1, isPossible: always, inflict: raisePartitions },
];
