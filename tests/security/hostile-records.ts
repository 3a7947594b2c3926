/** Kafka records that none of our processes would write, for every topic. Called by hostile-records.test.ts. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import type { Kafka } from '#platform/kafka/client.ts';
import type { ChatEvent } from '#schema/generated/events.ts';
import { Command, LogRecord } from '#schema/generated/events.ts';
import { Signal } from '#schema/generated/signals.ts';
import { AuthEvent } from '#schema/generated/user_directory.ts';

export interface HostileRecord {
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer>;
}

export interface Target {
  readonly conversationId: string;
  /** Where this conversation's records belong. */
  readonly partition: number;
}

export const partitions = 6;
const longBytes = 10 * 1024;

/** Every value with every key, spread over partitions and headers. None of them is a record that could be meant. */
export function createHostileRecords(topicPartitions: number, target: Target): HostileRecord[] {
  const headers = createHeaders(target);
  const records: HostileRecord[] = [];
  for (const value of createValues()) {
    for (const key of createKeys(target)) {
      const count = records.length;
      const header = headers[count % headers.length] ?? {};
      records.push({ partition: count % topicPartitions, key, value, headers: header });
    }
  }
  return records;
}

function createValues(): (Buffer | null)[] {
  const foreign = [
    LogRecord.encode({ record: { $case: 'outcome', value: { commandId: 'x', conversationId: 'y' } } }),
    AuthEvent.encode({
      userId: 'usr_x',
      occurredAtMs: 1,
      body: { $case: 'sessionRevoked', value: { sessionId: '__proto__' } },
    }),
    Signal.encode(Signal.fromPartial({ body: { $case: 'typing', value: { typing: true } } })),
    Command.encode(Command.fromPartial({ commandId: '', viewerId: 'constructor', conversationId: '\0' })),
  ].map((writer) => Buffer.from(writer.finish()));
  return [
    null,
    Buffer.alloc(0),
    Buffer.from([0]),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
    randomBytes(1),
    randomBytes(100),
    randomBytes(longBytes),
    Buffer.from('{"__proto__":{"polluted":true}}'),
    Buffer.from('line\nline\0\u2028"'),
    ...foreign,
  ];
}

function createKeys({ conversationId }: Target): (Buffer | null)[] {
  const texts = ['', '__proto__', 'constructor', 'a\nb\0c', `${conversationId}x`, 'k'.repeat(longBytes)];
  return [null, randomBytes(16), ...texts.map((text) => Buffer.from(text))];
}

function createHeaders({ conversationId }: Target): Record<string, Buffer>[] {
  const hash = createHash('sha256').update(conversationId).digest('base64url');
  return [
    {},
    // An own property, which a literal would not make.
    Object.fromEntries([['__proto__', Buffer.from('x')]]),
    { constructor: Buffer.from('x'), toString: Buffer.from('x') },
    { channel: Buffer.from('__proto__') },
    { channel: Buffer.from('constructor') },
    { channel: Buffer.from(`typing:${hash}`) },
    { channel: Buffer.from('typing:a\nb\0') },
    { 'x\n\0': Buffer.from('\0\n') },
    { long: randomBytes(longBytes), channel: randomBytes(longBytes) },
  ];
}

/** An event that is in the log, where it can't be: under another key, in another partition, without a number, twice. */
export function createStrayEvents(event: ChatEvent, others: readonly Target[]): HostileRecord[] {
  const toRecord = (at: Target, value: ChatEvent): HostileRecord => ({
    partition: at.partition,
    key: Buffer.from(at.conversationId),
    value: Buffer.from(LogRecord.encode({ record: { $case: 'event', value } }).finish()),
    headers: {},
  });
  const own = { conversationId: event.conversationId, partition: event.partition };
  const elsewhere = { ...own, partition: (own.partition + 1) % partitions };
  const newest = { ...event, logSeq: Number.MAX_SAFE_INTEGER };
  return [
    ...others.map((other) => toRecord({ ...own, conversationId: other.conversationId }, newest)),
    toRecord(elsewhere, newest),
    toRecord(elsewhere, event),
    toRecord(own, { ...event, logSeq: 0 }),
    toRecord(own, event),
    toRecord(own, event),
  ];
}

/** In how many ways `writeForeign` writes. */
export const foreignWays = 4;

/** Each record in all ways that our producer does not know: compressed, in a transaction that is kept, given up, left open. */
export async function writeForeign(
  kafka: Kafka,
  topic: string,
  records: readonly HostileRecord[],
): Promise<void> {
  // kafkajs has no codec for it. Nothing here reads what it writes.
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
  });
  const messages = [...records];
  const plain = kafka.producer();
  await plain.connect();
  await plain.send({ topic, acks: -1, compression: kafkajs.CompressionTypes.ZSTD, messages });
  await plain.disconnect();
  for (const end of ['commit', 'abort', null] as const) {
    const transactionalId = `foreign-${randomUUID()}`;
    const producer = kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, acks: -1, messages });
    if (end !== null) await transaction[end]();
    await producer.disconnect();
  }
}

/** What the broker says to the records: null when it took them. */
export async function writeHostile(
  kafka: Kafka,
  topic: string,
  records: readonly HostileRecord[],
): Promise<string | null> {
  const producer = kafka.producer();
  await producer.connect();
  try {
    await producer.send({ topic, acks: -1, messages: [...records] });
    return null;
  } catch (error) {
    const { type } = error as { type?: unknown };
    return String(type ?? error);
  } finally {
    await producer.disconnect();
  }
}
