/**
 * PERSIST 1/3: chat.commands -> message store -> chat.events. This file shares the partitions among the copies; each partition is
 * worked by a PartitionWorker. Called by the storage composition root, calls partition-consumer and partition-worker.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from '#platform/kafka/client.ts';
import type { ClusterLink } from '#platform/kafka/cluster.ts';
import { createClusterLink } from '#platform/kafka/cluster.ts';
import type { OrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { createPartitionConsumer } from '#platform/kafka/partition-consumer.ts';
import { fetchTopicIdentity } from '#platform/kafka/topic-id.ts';
import type { Logger } from '#platform/logger.ts';
import { createKafkaPartitionLog } from './partition-log.ts';
import type { MessageStore } from './partition-worker.ts';
import { PartitionWorker } from './partition-worker.ts';

export interface IngestOptions {
  readonly kafka: Kafka;
  /** Used by nobody else. */
  readonly producer: OrderedProducer;
  readonly store: MessageStore;
  readonly commandsTopic: string;
  readonly eventsTopic: string;
  readonly groupId: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface Ingest extends AsyncDisposable {
  /** False when commands may not be applied: out of the group, or a partition whose log and store do not fit together. */
  healthy(): boolean;
}

const topicCheckMs = 2_000;

/** Works from now on until disposed; a copy that gets no partition waits for one. */
export function createIngest(options: IngestOptions): Ingest {
  const { kafka, producer, store, groupId, commandsTopic, eventsTopic, logger, signal } = options;
  const link = createClusterLink(kafka, logger);
  const workers = new Map<number, PartitionWorker>();

  function openWorker(partition: number): PartitionWorker {
    const log = createKafkaPartitionLog({ link, producer, commandsTopic, eventsTopic, partition });
    const worker = new PartitionWorker({ store, log, logger });
    workers.set(partition, worker);
    return worker;
  }

  function findWorker(partition: number): PartitionWorker {
    return workers.get(partition) ?? openWorker(partition);
  }

  const consumer = createPartitionConsumer({
    kafka,
    groupId,
    topic: commandsTopic,
    onAssigned: (partition, assigned) => findWorker(partition).start(assigned),
    onBatch: (partition, records, assigned) => findWorker(partition).apply(records, assigned),
    logger,
    signal,
  });

  const watching = new AbortController();
  const watched = watchTopic({
    ...{ link, topic: commandsTopic, workers, logger },
    onReplaced: () => consumer.restart(`${commandsTopic} was made anew`),
    onOtherLeader: (partition) => consumer.restartPartition(partition, 'it has another leader'),
    signal: AbortSignal.any([signal, watching.signal]),
  });

  return {
    healthy: () => consumer.healthy() && ![...workers.values()].some((worker) => worker.isRefusing()),
    async [Symbol.asyncDispose]() {
      watching.abort();
      await consumer[Symbol.asyncDispose]();
      await watched;
      await link[Symbol.asyncDispose]();
    },
  };
}

interface TopicWatch {
  readonly link: ClusterLink;
  readonly topic: string;
  readonly workers: ReadonlyMap<number, PartitionWorker>;
  readonly onReplaced: () => void;
  readonly onOtherLeader: (partition: number) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * A topic that is deleted and made anew under a running consumer looks like a shorter log, or, once it has grown, like the same one
 * with records missing; and so does a partition that lost its end with its leader. The topic's id and the leader's epoch tell; workers compare the log
 * with the store again, and refuse to go on when it does not fit.
 */
async function watchTopic(watch: TopicWatch): Promise<void> {
  const { link, topic, workers, logger, signal } = watch;
  while (!signal.aborted) {
    await delay(topicCheckMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const { topicId, leaderEpochs } = await fetchTopicIdentity(link, topic);
      const compared = [...workers].map(([partition, worker]) => ({ partition, log: worker.comparedLog() }));
      if (compared.some(({ log }) => log !== null && log.topicId !== topicId)) watch.onReplaced();
      for (const { partition, log } of compared)
        if (log !== null && (leaderEpochs.get(partition) ?? 0) > log.leaderEpoch)
          watch.onOtherLeader(partition);
    } catch (error) {
      logger.debug({ topic, err: error }, 'the topic could not be identified');
    }
  }
}
