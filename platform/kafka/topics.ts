/**
 * Makes sure that topics exist. Floor under SEND, PERSIST and LIVE. Called by composition roots at start, calls Kafka's admin API.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';

export interface TopicDefinition {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

/**
 * Creates the topics that are missing; several processes may do so at once. A topic that exists keeps its partitions and
 * settings, whatever is asked: conversations have stored their partition. Resolves when every partition has a leader.
 */
export async function ensureTopics(kafka: Kafka, definitions: readonly TopicDefinition[]): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    const existing = new Set(await admin.listTopics());
    for (const definition of definitions) {
      if (!existing.has(definition.topic)) await createTopic(admin, definition);
    }
    await untilLed(
      admin,
      definitions.map(({ topic }) => topic),
    );
  });
}

/** Resolves when all topics exist and every partition has a leader. Rejects after `timeoutMs`. */
export async function waitForTopics(
  kafka: Kafka,
  topics: readonly string[],
  timeoutMs: number,
): Promise<void> {
  await withAdmin(kafka, (admin) => untilLed(admin, topics, timeoutMs));
}

async function createTopic(
  admin: Admin,
  { topic, partitions, replicationFactor, config }: TopicDefinition,
): Promise<void> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  // Resolves to false when another process was faster.
  await admin.createTopics({
    topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
    waitForLeaders: false,
    timeout: 10_000,
  });
}

const pollMs = 100;

async function untilLed(admin: Admin, topics: readonly string[], timeoutMs = 15_000): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const missing = await findUnled(admin, topics);
    if (missing.length === 0) return;
    if (performance.now() > giveUpAt)
      throw new Error(`Kafka topics without a leader after ${timeoutMs} ms: ${missing.join(', ')}`);
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
