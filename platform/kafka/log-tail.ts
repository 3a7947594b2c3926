/**
 * Looks backwards from the end of one partition. PERSIST: what was the last event published before the owner went away?
 * Called by storage/ingest, calls the cluster port.
 */
import type { ClusterLink } from './cluster.ts';
import { fetchEnds, fetchStarts } from './log-ends.ts';
import { readRange } from './log-range.ts';
import type { LogRecord } from './log-reader.ts';

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
