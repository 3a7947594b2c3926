/**
 * PERSIST 1/3: chat.commands -> message store -> chat.events. This file shares the partitions among the copies; each partition is
 * worked by a PartitionWorker. Called by the storage composition root, calls partition-consumer and partition-worker.
 */
import type { Kafka } from '#platform/kafka/client.ts';
import { createClusterLink } from '#platform/kafka/cluster.ts';
import { createPartitionConsumer } from '#platform/kafka/partition-consumer.ts';
import type { WorkOptions } from './partition-worker.ts';
import { PartitionWorker } from './partition-worker.ts';

export interface IngestOptions extends WorkOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly signal: AbortSignal;
}

export interface Ingest extends AsyncDisposable {
  /** False when commands may not be applied: out of the group, or a partition whose log and store do not fit together. */
  healthy(): boolean;
}

/** Works from now on until disposed; a copy that gets no partition waits for one. */
export function createIngest(options: IngestOptions): Ingest {
  const { kafka, groupId, commandsTopic, logger, signal } = options;
  const link = createClusterLink(kafka, logger);
  const workers = new Map<number, PartitionWorker>();

  function findWorker(partition: number): PartitionWorker {
    const worker = workers.get(partition) ?? new PartitionWorker({ ...options, link, partition });
    workers.set(partition, worker);
    return worker;
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

  return {
    healthy: () => consumer.healthy() && ![...workers.values()].some((worker) => worker.isRefusing()),
    async [Symbol.asyncDispose]() {
      await consumer[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
    },
  };
}
