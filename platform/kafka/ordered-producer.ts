/**
 * The only way records get into Kafka: in order per partition, acknowledged by all in-sync replicas, answered within 5 s. SEND and PERSIST.
 * It does not use kafkajs's producer, which repeats a batch under a sequence number that another batch may have taken meanwhile and then
 * believes the broker's "duplicate" (102 of 2,000 acknowledged records lost with lost replies). Here a batch keeps its number until it is
 * acknowledged or given up. Called by chat/commands, storage/ingest and auth; calls ProduceLane and the cluster port.
 */
import type { Kafka } from 'kafkajs';
import { systemClock } from '#platform/clock.ts';
import type { Logger } from '#platform/logger.ts';
import type { Cluster, ClusterLink, WireRecord } from './cluster.ts';
import { createClusterLink } from './cluster.ts';
import type { LaneLimits, PartitionWriter, Write } from './produce-lane.ts';
import { ProduceLane, WriteFailed } from './produce-lane.ts';

interface ProducerRecord extends WireRecord {
  readonly topic: string;
  readonly partition: number;
}

export interface OrderedProducer extends AsyncDisposable {
  /**
   * Records of one partition are written in the order of the calls. Rejects with ProduceRefused (surely not written) or
   * ProduceUnknown (may have been written), at the latest after 5 s.
   */
  send(record: ProducerRecord): Promise<{ readonly offset: bigint }>;
}

export interface OrderedProducerOptions {
  readonly kafka: Kafka;
  readonly logger: Logger;
  /** Records of one partition that may wait; more are refused at once. 10,000 unless given. */
  readonly queueRecordsMax?: number;
  /** Their bytes. 16 MiB unless given. */
  readonly queueBytesMax?: number;
}

const writeLimits = { deadlineMs: 5_000, batchRecordsMax: 500, batchBytesMax: 900 * 1024 };

/** Connects when it first has something to send. Disposing it waits for the answers of what was sent, then disconnects. */
export function createOrderedProducer(options: OrderedProducerOptions): OrderedProducer {
  const { kafka, logger, queueRecordsMax = 10_000, queueBytesMax = 16 * 1024 * 1024 } = options;
  const limits: LaneLimits = { ...writeLimits, queueRecordsMax, queueBytesMax };
  const link = createClusterLink(kafka, logger);
  const lanes = new Map<string, ProduceLane>();

  function openLane(topic: string, partition: number): ProduceLane {
    const writer = new KafkaPartitionWriter(link, topic, partition);
    const onFailedAttempt = (error: unknown, attempt: number) => {
      const line = { topic, partition, attempt, err: error };
      if (attempt === 1) logger.debug(line, 'writing to Kafka failed, trying again');
      else logger.warn(line, 'writing to Kafka failed, trying again');
    };
    const lane = new ProduceLane({ writer, clock: systemClock, limits, onFailedAttempt });
    lanes.set(`${topic}/${partition}`, lane);
    return lane;
  }

  return {
    async send({ topic, partition, ...record }) {
      const lane = lanes.get(`${topic}/${partition}`) ?? openLane(topic, partition);
      return { offset: await lane.send(record) };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...lanes.values()].map((lane) => lane.close()));
      await link[Symbol.asyncDispose]();
    },
  };
}

/** Kafka's numbering of a producer's batches: a batch repeated under the same numbers is written once. */
interface Identity {
  readonly producerId: string;
  readonly producerEpoch: number;
  nextSequence: number;
}

const sequenceMax = 2 ** 31 - 1;

class KafkaPartitionWriter implements PartitionWriter {
  readonly #link: ClusterLink;
  readonly #topic: string;
  readonly #partition: number;
  #identity: Identity | null = null;

  constructor(link: ClusterLink, topic: string, partition: number) {
    this.#link = link;
    this.#topic = topic;
    this.#partition = partition;
  }

  renew(): void {
    this.#identity = null;
  }

  async prepare(): Promise<Write> {
    const cluster = await this.#link.use();
    try {
      await cluster.addTargetTopic(this.#topic);
      await cluster.refreshMetadataIfNecessary();
      const leader = cluster
        .findTopicPartitionMetadata(this.#topic)
        .find(({ partitionId }) => partitionId === this.#partition)?.leader;
      if (leader === undefined) throw new Error(`there is no partition ${this.#partition} of ${this.#topic}`);
      const broker = await cluster.findBroker({ nodeId: leader });
      const identity = this.#identity ?? (await createIdentity(cluster));
      this.#identity = identity;
      return (records) => this.#write({ cluster, broker, identity, records });
    } catch (error) {
      await this.#repair(cluster, error);
      throw error;
    }
  }

  async #write({ cluster, broker, identity, records }: WriteInput): Promise<bigint> {
    const partitionData = {
      partition: this.#partition,
      firstSequence: identity.nextSequence,
      messages: records,
    };
    try {
      const { topics } = await broker.produce({
        acks: -1,
        timeout: writeLimits.deadlineMs,
        producerId: identity.producerId,
        producerEpoch: identity.producerEpoch,
        topicData: [{ topic: this.#topic, partitions: [partitionData] }],
      });
      const baseOffset = topics[0]?.partitions[0]?.baseOffset;
      if (baseOffset === undefined) throw new Error('the answer to a produce request names no partition');
      identity.nextSequence += records.length;
      if (identity.nextSequence > sequenceMax - writeLimits.batchRecordsMax) this.renew();
      return BigInt(baseOffset);
    } catch (error) {
      await this.#repair(cluster, error);
      const type = typeOf(error);
      if (identityProblems.has(type)) this.renew();
      throw new WriteFailed(error instanceof Error ? error.message : String(error), {
        maybeWritten: !refusedBeforeWriting.has(type) && !isNotConnected(error),
        repeatable: !unrepeatable.has(type),
        cause: error,
      });
    }
  }

  /** After an error of the protocol the connection is sound and only the metadata may be old; after any other it may be dead. */
  async #repair(cluster: Cluster, error: unknown): Promise<void> {
    if (typeOf(error) === '') return this.#link.drop(cluster);
    await cluster.refreshMetadata().catch(() => this.#link.drop(cluster));
  }
}

interface WriteInput {
  readonly cluster: Cluster;
  readonly broker: Awaited<ReturnType<Cluster['findBroker']>>;
  readonly identity: Identity;
  readonly records: readonly WireRecord[];
}

async function createIdentity(cluster: Cluster): Promise<Identity> {
  const broker = await cluster.findControllerBroker();
  const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: 60_000 });
  return { producerId, producerEpoch, nextSequence: 0 };
}

/** Kafka's name of the error, '' when it did not come from the broker. */
function typeOf(error: unknown): string {
  const { type } = error as { type?: unknown };
  return typeof type === 'string' ? type : '';
}

function isNotConnected(error: unknown): boolean {
  return (
    error instanceof Error && error.name === 'KafkaJSConnectionError' && error.message === 'Not connected'
  );
}

const unrepeatable = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_RECORD',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]);
const identityProblems = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'DUPLICATE_SEQUENCE_NUMBER',
]);
/**
 * Said before anything is appended. NOT_LEADER_FOR_PARTITION and UNKNOWN_TOPIC_OR_PARTITION are not here: a leader that is deposed while a
 * batch waits for its replicas says so of what it has written, and the new leader may have it.
 */
const refusedBeforeWriting = new Set([
  ...unrepeatable,
  ...[...identityProblems].filter((type) => type !== 'DUPLICATE_SEQUENCE_NUMBER'),
  'NOT_ENOUGH_REPLICAS',
  'CORRUPT_MESSAGE',
  'INVALID_TIMESTAMP',
]);
