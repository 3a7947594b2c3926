/**
 * PERSIST 1/3: what a PartitionWorker asks of the Kafka log, for its one partition; tests/simulation/ has another one. Made by ingest,
 * calls the cluster port and the ordered producer.
 */
import type { ClusterLink, WireRecord } from '#platform/kafka/cluster.ts';
import { fetchEnds, fetchStarts } from '#platform/kafka/log-ends.ts';
import { holdsRecords, readRecord } from '#platform/kafka/log-range.ts';
import type { LogRecord as KafkaRecord } from '#platform/kafka/log-reader.ts';
import type { TailSearch } from '#platform/kafka/log-tail.ts';
import { searchTail } from '#platform/kafka/log-tail.ts';
import type { OrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { fetchTopicIdentity } from '#platform/kafka/topic-id.ts';

/** The log of one partition: its commands and its events. */
export interface PartitionLog {
  readonly partition: number;
  readonly commandsTopic: string;
  /** Has at least as many partitions as the commands topic. */
  readonly eventsTopic: string;
  /** Rejects when the broker can't be asked. */
  fetchCommandBounds(): Promise<CommandBounds>;
  /** The command at an offset; null when there is none. */
  readonly readCommand: (offset: bigint) => Promise<KafkaRecord | null>;
  /** Whether a command stands between the two offsets, or at the first. Rejects when they are not in the log. */
  holdsCommands(from: bigint, end: bigint): Promise<boolean>;
  /** Looks backwards from the end of the events. */
  searchEvents(search: Pick<TailSearch, 'recordsMax' | 'pick'>): Promise<number | null>;
  /** Puts a record behind the events, in the order of the calls. Rejects with ProduceRefused or ProduceUnknown. */
  publish(record: WireRecord): Promise<unknown>;
}

export interface CommandBounds {
  /** Another one when the topic was made anew. */
  readonly topicId: string;
  /** Offset of the first command that is still there. */
  readonly start: bigint;
  /** Offset the next command will get. */
  readonly end: bigint;
  /** Of the leader of the commands, at latest when the bounds were asked for. */
  readonly leaderEpoch: number;
}

export interface KafkaPartitionLogOptions {
  readonly link: ClusterLink;
  readonly producer: OrderedProducer;
  readonly commandsTopic: string;
  readonly eventsTopic: string;
  readonly partition: number;
}

export function createKafkaPartitionLog(options: KafkaPartitionLogOptions): PartitionLog {
  const { link, producer, commandsTopic, eventsTopic, partition } = options;
  return {
    partition,
    commandsTopic,
    eventsTopic,
    async fetchCommandBounds() {
      const { topicId, leaderEpochs } = await fetchTopicIdentity(link, commandsTopic);
      const cluster = await link.use();
      try {
        const start = (await fetchStarts(cluster, commandsTopic)).get(partition) ?? 0n;
        const end = (await fetchEnds(cluster, commandsTopic)).get(partition) ?? 0n;
        return { topicId, start, end, leaderEpoch: leaderEpochs.get(partition) ?? 0 };
      } catch (error) {
        link.drop(cluster);
        throw error;
      }
    },
    readCommand: (offset) => readRecord(link, { topic: commandsTopic, partition, offset }),
    holdsCommands: (from, end) => holdsRecords(link, { topic: commandsTopic, partition, from, end }),
    searchEvents: (search) => searchTail({ ...search, link, topic: eventsTopic, partition }),
    publish: (record) => producer.send({ ...record, topic: eventsTopic, partition }),
  };
}
