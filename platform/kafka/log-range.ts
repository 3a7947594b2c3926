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
  const records = await readRange({ cluster, topic, partition, from: offset, end: offset + 1n });
  return records.find((record) => record.offset === offset) ?? null;
}

interface Range {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly end: bigint;
}

/** The records of [from, end), which must be in the log; the last batch may bring some more. */
export async function readRange({ cluster, topic, partition, from, end }: Range): Promise<LogRecord[]> {
  const leader = cluster
    .findTopicPartitionMetadata(topic)
    .find(({ partitionId }) => partitionId === partition)?.leader;
  if (leader === undefined) throw new Error(`there is no partition ${partition} of ${topic}`);
  const broker = await cluster.findBroker({ nodeId: leader });
  const records: LogRecord[] = [];
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
    const fresh = messages
      .map((message) => toLogRecord(partition, message))
      .filter(({ offset }) => offset >= next);
    const last = fresh.at(-1);
    if (last === undefined) throw new Error(`offset ${next} of ${topic}/${partition} could not be read`);
    records.push(...fresh);
    next = last.offset + 1n;
  }
  return records;
}
