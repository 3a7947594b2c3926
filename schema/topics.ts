/** The Kafka topics, what they hold and how they are kept. Created by the processes that use them; names carry KAFKA_TOPIC_PREFIX in front. */
export interface TopicSpec {
  readonly name: string;
  /** A fixed number, or KAFKA_PARTITIONS where it is null. */
  readonly partitions: number | null;
  readonly config: Readonly<Record<string, string>>;
}

const dayMs = 24 * 60 * 60 * 1000;

export const topics = {
  /** Command records, key = conversation id, partition stored with the conversation. Kept longer than any outage of Postgres. */
  chatCommands: {
    name: 'chat.commands',
    partitions: null,
    config: { 'retention.ms': String(30 * dayMs), 'max.message.bytes': String(4 * 1024 * 1024) },
  },
  /** LogRecord records, same key and partition as the command. Only a live channel: replay reads the store. */
  chatEvents: { name: 'chat.events', partitions: null, config: { 'retention.ms': String(7 * dayMs) } },
  /** Signal records: typing and presence, at most once. */
  chatSignals: { name: 'chat.signals', partitions: 1, config: { 'retention.ms': String(60 * 60 * 1000) } },
  /** AuthEvent records, key = user id: revocations and profile changes. */
  authEvents: { name: 'auth.events', partitions: 1, config: { 'retention.ms': String(7 * dayMs) } },
} as const satisfies Record<string, TopicSpec>;
