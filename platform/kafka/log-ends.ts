/**
 * Where the partitions of a topic begin and end. Called by log-reader to pin its start and by storage/ingest to compare the log with the store.
 */
import type { Cluster } from './cluster.ts';

export type Offsets = ReadonlyMap<number, bigint>;

/** Per partition, the offset of the first record that is still there. */
export function fetchStarts(cluster: Cluster, topic: string): Promise<Offsets> {
  return fetchOffsets(cluster, topic, { fromBeginning: true });
}

/** Per partition, the offset the next record will get. */
export function fetchEnds(cluster: Cluster, topic: string): Promise<Offsets> {
  return fetchOffsets(cluster, topic, { fromBeginning: false });
}

/** Per partition, the offset of the first record written at `timestampMs` (Unix) or later, or the end. */
export async function fetchOffsetsAt(cluster: Cluster, topic: string, timestampMs: number): Promise<Offsets> {
  const ends = await fetchEnds(cluster, topic);
  const found = await fetchOffsets(cluster, topic, { fromTimestamp: timestampMs });
  return new Map(
    [...ends].map(([partition, end]) => {
      const offset = found.get(partition) ?? -1n;
      return [partition, offset >= 0n ? offset : end];
    }),
  );
}

async function fetchOffsets(
  cluster: Cluster,
  topic: string,
  which: { readonly fromBeginning: boolean } | { readonly fromTimestamp: number },
): Promise<Offsets> {
  await cluster.addTargetTopic(topic);
  await cluster.refreshMetadataIfNecessary();
  const partitions = cluster
    .findTopicPartitionMetadata(topic)
    .map(({ partitionId }) => ({ partition: partitionId }));
  if (partitions.length === 0) throw new Error(`the broker has no topic ${topic}`);
  const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions, ...which }]);
  return new Map((answer?.partitions ?? []).map(({ partition, offset }) => [partition, BigInt(offset)]));
}
