/**
 * Looks backwards from the end of one partition. PERSIST: what was the last event published before the owner went away?
 * Called by storage/ingest, calls the cluster port.
 */
import type { Cluster, ClusterLink } from './cluster.ts';
import { fetchEnds, fetchStarts } from './log-ends.ts';
import type { LogRecord } from './log-reader.ts';
import { toLogRecord } from './log-reader.ts';

export interface TailSearch<Found> {
  readonly link: ClusterLink;
  readonly topic: string;
  readonly partition: number;
  /** How many records from the end are looked at, at most. */
  readonly recordsMax: number;
  /** What the caller looks for in a window of records, in log order; null when it is not there and older ones are wanted. */
  readonly pick: (records: readonly LogRecord[]) => Found | null;
}

const firstWindowRecords = 64;
const windowGrowth = 8;
const fetchBytesMax = 1024 * 1024;

/** Shows `pick` the last records, then more and more of them, until it finds something, the log begins or recordsMax is reached. */
export async function searchTail<Found>({
  link,
  topic,
  partition,
  recordsMax,
  pick,
}: TailSearch<Found>): Promise<Found | null> {
  const cluster = await link.use();
  try {
    const end = (await fetchEnds(cluster, topic)).get(partition) ?? 0n;
    const start = (await fetchStarts(cluster, topic)).get(partition) ?? 0n;
    for (let window = firstWindowRecords; ; window *= windowGrowth) {
      const depth = BigInt(Math.min(window, recordsMax));
      const from = end - depth > start ? end - depth : start;
      const found = pick(await readRange({ cluster, topic, partition, from, end }));
      if (found !== null || from === start || window >= recordsMax) return found;
    }
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

async function readRange({ cluster, topic, partition, from, end }: Range): Promise<LogRecord[]> {
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
