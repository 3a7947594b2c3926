/**
 * Looks backwards from the end of one partition. PERSIST: what was the last event published before the owner went away?
 * Called by storage/ingest, calls the cluster port.
 */
import type { ClusterLink } from './cluster.ts';
import { fetchEnds, fetchStarts } from './log-ends.ts';
import { readPages } from './log-range.ts';
import type { LogRecord } from './log-reader.ts';

export interface TailSearch {
  readonly link: ClusterLink;
  readonly topic: string;
  readonly partition: number;
  /** How many records from the end are looked at, at most. */
  readonly recordsMax: number;
  /** The highest number that the caller looks for among records that follow each other; null when there is none. */
  readonly pick: (records: readonly LogRecord[]) => number | null;
}

const firstWindowRecords = 64;
const windowGrowth = 8;

/**
 * The highest number that `pick` finds in the last records; while it finds none in older and older ones, until the log begins or recordsMax is
 * reached. Each record is read once, and only one fetch of them is held.
 */
export async function searchTail(search: TailSearch): Promise<number | null> {
  const { link, topic, partition, recordsMax, pick } = search;
  const cluster = await link.use();
  try {
    const end = (await fetchEnds(cluster, topic)).get(partition) ?? 0n;
    const start = (await fetchStarts(cluster, topic)).get(partition) ?? 0n;
    const oldest = latest(start, end - BigInt(recordsMax));
    let found: number | null = null;
    let seenFrom = end;
    for (let window = firstWindowRecords; found === null && seenFrom > oldest; window *= windowGrowth) {
      const from = latest(oldest, end - BigInt(window));
      for await (const page of readPages({ cluster, topic, partition, from, end: seenFrom })) {
        const picked = pick(page);
        if (picked !== null) found = Math.max(found ?? picked, picked);
      }
      seenFrom = from;
    }
    return found;
  } catch (error) {
    link.drop(cluster);
    throw error;
  }
}

function latest(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
