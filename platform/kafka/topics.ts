/**
 * Makes sure that topics exist. Floor under SEND, PERSIST and LIVE. Called by composition roots at start, calls Kafka's admin API.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import kafkajs from 'kafkajs';
import type { TopicSpec } from '#schema/topics.ts';

/** The Kafka settings that every process has, see kafkaFields of platform/config.ts. */
export interface TopicSettings {
  readonly kafkaTopicPrefix: string;
  readonly kafkaPartitions: number;
  readonly kafkaReplicationFactor: number;
}

export interface TopicDefinition {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

/** The name a topic has in this installation. */
export function toTopicName(
  { kafkaTopicPrefix }: Pick<TopicSettings, 'kafkaTopicPrefix'>,
  { name }: TopicSpec,
): string {
  return `${kafkaTopicPrefix}${name}`;
}

/**
 * The time of a record is the broker's: by a writer's wrong clock it would be refused, or deleted before anybody has read it. And what another
 * writer has compressed is unpacked by the broker, because kafkajs reads only gzip and whoever reads the partition would stand still.
 */
const recordSettings = { 'message.timestamp.type': 'LogAppendTime', 'compression.type': 'uncompressed' };

/** What a topic is created with. With three copies or more, an acknowledged record is on two of them at least. */
export function toTopicDefinition(settings: TopicSettings, spec: TopicSpec): TopicDefinition {
  const { kafkaPartitions, kafkaReplicationFactor: replicationFactor } = settings;
  return {
    topic: toTopicName(settings, spec),
    partitions: spec.partitions ?? kafkaPartitions,
    replicationFactor,
    config: { ...recordSettings, ...spec.config, 'min.insync.replicas': replicationFactor >= 3 ? '2' : '1' },
  };
}

/**
 * Creates the topics that are missing; several processes may do so at once. A topic that exists keeps its partitions, whatever is
 * asked, since conversations have stored theirs, and the settings it was given: it gets those it lacks. Resolves when every partition
 * has a leader.
 */
export async function ensureTopics(kafka: Kafka, definitions: readonly TopicDefinition[]): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    const existing = new Set(await admin.listTopics());
    for (const definition of definitions) {
      if (!existing.has(definition.topic)) await createTopic(admin, definition);
      else await completeTopic(admin, definition).catch(ignoreTransient);
    }
    await untilLed(
      admin,
      definitions.map(({ topic }) => topic),
    );
  });
}

async function createTopic(
  admin: Admin,
  { topic, partitions, replicationFactor, config }: TopicDefinition,
): Promise<void> {
  // Resolves to false when another process was faster.
  await admin.createTopics({
    topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries: toEntries(config) }],
    waitForLeaders: false,
    timeout: 10_000,
  });
}

/** As topics that an earlier version created, or a person. */
async function completeTopic(admin: Admin, { topic, config }: TopicDefinition): Promise<void> {
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic };
  const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
  const given = (resources[0]?.configEntries ?? []).filter(
    ({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG,
  );
  const settings = Object.fromEntries(given.map(({ configName, configValue }) => [configName, configValue]));
  if (Object.keys(config).every((name) => name in settings)) return;
  // The request replaces all that the topic was given.
  const configEntries = toEntries({ ...config, ...settings });
  await admin.alterConfigs({ resources: [{ ...resource, configEntries }], validateOnly: false });
}

function toEntries(config: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(config).map(([name, value]) => ({ name, value }));
}

const pollMs = 100;
const ledTimeoutMs = 15_000;

async function untilLed(admin: Admin, topics: readonly string[]): Promise<void> {
  const giveUpAt = performance.now() + ledTimeoutMs;
  for (;;) {
    const missing = await findUnled(admin, topics);
    if (missing.length === 0) return;
    if (performance.now() > giveUpAt)
      throw new kafkajs.KafkaJSError(
        `Kafka topics without a leader after ${ledTimeoutMs} ms: ${missing.join(', ')}`,
      );
    await delay(pollMs);
  }
}

async function findUnled(admin: Admin, topics: readonly string[]): Promise<readonly string[]> {
  const existing = new Set(await admin.listTopics());
  const present = topics.filter((topic) => existing.has(topic));
  const absent = topics.filter((topic) => !existing.has(topic));
  if (present.length === 0) return absent;
  try {
    const { topics: described } = await admin.fetchTopicMetadata({ topics: [...present] });
    const led = new Set(
      described
        .filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
        .map(({ name }) => name),
    );
    return [...absent, ...present.filter((topic) => !led.has(topic))];
  } catch (error) {
    // The broker answers so while a topic is being created.
    if (isTransient(error)) return topics;
    throw error;
  }
}

/** The topic is not known everywhere yet: somebody is creating it at this moment, with all its settings. */
function ignoreTransient(error: unknown): void {
  if (!isTransient(error)) throw error;
}

function isTransient(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: unknown };
  if (type === 'LEADER_NOT_AVAILABLE' || type === 'UNKNOWN_TOPIC_OR_PARTITION') return true;
  return cause instanceof Error && isTransient(cause);
}

async function withAdmin<Result>(kafka: Kafka, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
