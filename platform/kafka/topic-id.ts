/**
 * Asks the broker for the identity of a topic: a topic that was deleted and created again has the same name and another id, and a partition whose
 * leader has changed another leader epoch.
 * Called by storage/ingest before it applies a log. kafkajs speaks Metadata up to version 6; ids came with version 10.
 */
import kafkajs from 'kafkajs';
import type { ClusterLink, RawRequest } from './cluster.ts';

export interface TopicIdentity {
  /** The broker's UUID of the topic, lower-case with hyphens. */
  readonly topicId: string;
  readonly partitions: number;
  /** By partition: raised with every leader, so also when a broker that lost the end of its log comes back. */
  readonly leaderEpochs: ReadonlyMap<number, number>;
}

/** The topic's identity now. Rejects when no broker answers or there is no such topic. */
export async function fetchTopicIdentity(link: ClusterLink, topic: string): Promise<TopicIdentity> {
  const cluster = await link.use();
  try {
    await cluster.addTargetTopic(topic);
    // Each time another broker, perhaps: one that lags behind the others must not be asked for ever.
    await cluster.refreshMetadata();
    const broker = await cluster.findControllerBroker();
    return await broker.connectionPool.send(metadataRequest(topic));
  } catch (error) {
    if (!(error instanceof TopicUnavailable)) link.drop(cluster);
    throw error;
  }
}

/** The broker knows of no such topic, or not yet, so that it may be worth another try. */
class TopicUnavailable extends kafkajs.KafkaJSError {
  override readonly name = 'TopicUnavailable';
}

/** The topic is not known here, or has no leader yet. */
const passingErrors = new Set([3, 5]);

/**
 * Metadata, version 10 (KIP-516). Versions from 9 on have flexible headers, which kafkajs does not write: their only addition, an
 * empty list of tagged fields, is one zero byte after the old header, so it is the first byte of the body here. Likewise in the answer.
 */
function metadataRequest(topic: string): RawRequest<TopicIdentity> {
  const identify = async (payload: Buffer): Promise<TopicIdentity> => decodeIdentity(payload, topic);
  return {
    request: {
      apiKey: 3,
      apiVersion: 10,
      apiName: 'Metadata',
      encode: async () => {
        const buffer = encodeBody(topic);
        return { buf: buffer, buffer };
      },
    },
    response: { decode: identify, parse: async (identity) => identity },
  };
}

function encodeBody(topic: string): Buffer {
  const name = Buffer.from(topic, 'utf8');
  const topicCountPlusOne = 2;
  const noAutoCreation = 0;
  const noAuthorizedOperations = [0, 0];
  const parts = [
    [0, topicCountPlusOne],
    Buffer.alloc(16),
    encodeUnsigned(name.length + 1),
    name,
    [0, noAutoCreation, ...noAuthorizedOperations, 0],
  ];
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

function encodeUnsigned(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function decodeIdentity(payload: Buffer, topic: string): TopicIdentity {
  const reader = new FlexibleReader(payload);
  reader.skipTags();
  reader.skip(4);
  for (let brokers = reader.readLength(); brokers > 0; brokers--) {
    reader.skip(4);
    reader.readBytes();
    reader.skip(4);
    reader.readBytes();
    reader.skipTags();
  }
  reader.readBytes();
  reader.skip(4);
  if (reader.readLength() !== 1) throw new TopicUnavailable(`the broker says nothing about topic ${topic}`);
  const errorCode = reader.readInt16();
  const name = reader.readBytes().toString('utf8');
  const topicId = reader.readUuid();
  reader.skip(1);
  if (name !== topic || errorCode !== 0) {
    throw new TopicUnavailable(`the broker has no topic ${topic} (error ${errorCode})`, {
      retriable: passingErrors.has(errorCode),
    });
  }
  const partitions = reader.readLength();
  const leaderEpochs = new Map<number, number>();
  for (let rest = partitions; rest > 0; rest--) {
    reader.skip(2);
    const partition = reader.readInt32();
    reader.skip(4);
    leaderEpochs.set(partition, reader.readInt32());
    // All replicas, those in sync, those that are offline.
    for (let lists = 3; lists > 0; lists--) reader.skip(4 * reader.readLength());
    reader.skipTags();
  }
  return { topicId, partitions, leaderEpochs };
}

/** Kafka's compact encoding (KIP-482): lengths are varints plus one. */
class FlexibleReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  readInt16(): number {
    const value = this.#buffer.readInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  readInt32(): number {
    const value = this.#buffer.readInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  readUnsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#buffer.readUInt8(this.#at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** Of an array or a string; 0 for null. */
  readLength(): number {
    return Math.max(0, this.readUnsigned() - 1);
  }

  readBytes(): Buffer {
    const length = this.readLength();
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  readUuid(): string {
    const hex = this.#buffer.toString('hex', this.#at, this.#at + 16);
    this.#at += 16;
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  skipTags(): void {
    for (let tags = this.readUnsigned(); tags > 0; tags--) {
      this.readUnsigned();
      this.skip(this.readUnsigned());
    }
  }
}
