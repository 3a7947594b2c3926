/**
 * Reads records of one partition by offset, once. PERSIST looks backwards with it (log-tail.ts), operators look at single records
 * (infra/operations). Calls the cluster port.
 */
import type { Cluster, ClusterLink } from './cluster.ts';
import { fetchEnds, fetchStarts } from './log-ends.ts';
import type { LogRecord } from './log-reader.ts';
import { toLogRecord } from './log-reader.ts';

const fetchBytesMax = 1024 * 1024;

export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** The record at an offset; null when the topic does not hold it any more, or not yet. */
export async function readRecord(
  link: ClusterLink,
  { topic, partition, offset }: RecordPlace,
): Promise<LogRecord | null> {
  const cluster = await link.use();
  const start = (await fetchStarts(cluster, topic)).get(partition);
  const end = (await fetchEnds(cluster, topic)).get(partition);
  if (start === undefined || end === undefined || offset < start || offset >= end) return null;
  for await (const page of readPages({ cluster, topic, partition, from: offset, end: offset + 1n })) {
    return page[0] ?? null;
  }
  return null;
}

/** Whether there is a record in [from, end), which must be in the log. */
export async function holdsRecords(link: ClusterLink, range: Omit<Range, 'cluster'>): Promise<boolean> {
  const cluster = await link.use();
  try {
    for await (const page of readPages({ cluster, ...range })) if (page.length > 0) return true;
    return false;
  } catch (error) {
    link.drop(cluster);
    throw error;
  }
}

interface Range {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly end: bigint;
}

/**
 * The records of [from, end), which must be in the log, as they come: one page a fetch. An offset at which Kafka noted the end of a
 * transaction holds none.
 */
export async function* readPages({
  cluster,
  topic,
  partition,
  from,
  end,
}: Range): AsyncGenerator<LogRecord[]> {
  await cluster.addTargetTopic(topic);
  await cluster.refreshMetadataIfNecessary();
  const leader = cluster
    .findTopicPartitionMetadata(topic)
    .find(({ partitionId }) => partitionId === partition)?.leader;
  if (leader === undefined) throw new Error(`there is no partition ${partition} of ${topic}`);
  const broker = await cluster.findBroker({ nodeId: leader });
  for (let next = from; next < end; ) {
    const position = { partition, fetchOffset: String(next), maxBytes: fetchBytesMax };
    const { responses } = await broker.fetch({
      isolationLevel: 0,
      maxWaitTime: 100,
      minBytes: 1,
      maxBytes: fetchBytesMax,
      topics: [{ topic, partitions: [position] }],
    });
    const messages = responses[0]?.partitions[0]?.messages ?? [];
    const last = BigInt(messages.at(-1)?.offset ?? -1);
    if (last < next) throw new Error(`offset ${next} of ${topic}/${partition} could not be read`);
    // The first and the last batch come whole.
    yield messages
      .filter(({ isControlRecord }) => isControlRecord !== true)
      .map((message) => toLogRecord(partition, message))
      .filter(({ offset }) => offset >= next && offset < end);
    next = last + 1n;
  }
}
