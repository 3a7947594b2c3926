/**
 * PERSIST 1/3: do the Kafka log and the store belong together? A topic created anew, a log that lost its end or commands deleted
 * before they were applied must stop the partition, or messages would be skipped in silence. Called by partition-worker.
 */
import { ClientError, Status } from 'nice-grpc';
import type { ClusterLink } from '#platform/kafka/cluster.ts';
import { fetchEnds, fetchStarts } from '#platform/kafka/log-ends.ts';
import type { LogRecord as KafkaRecord } from '#platform/kafka/log-reader.ts';
import type { TailSearch } from '#platform/kafka/log-tail.ts';
import { searchTail } from '#platform/kafka/log-tail.ts';
import { fetchTopicIdentity } from '#platform/kafka/topic-id.ts';
import { LogRecord } from '#schema/generated/events.ts';

/** Says what does not fit and what the operator can do. */
export class LogMismatch extends Error {
  override readonly name = 'LogMismatch';
}

export interface CommandsLog {
  readonly topicId: string;
  /** Throws LogMismatch when the log can't go on at this offset. */
  requireOffset(nextOffset: bigint): void;
}

/** What the broker says of one partition of the commands topic. Rejects when it can't be asked. */
export async function checkCommandsLog(
  link: ClusterLink,
  topic: string,
  partition: number,
): Promise<CommandsLog> {
  const { topicId } = await fetchTopicIdentity(link, topic);
  const cluster = await link.use();
  try {
    const start = (await fetchStarts(cluster, topic)).get(partition) ?? 0n;
    const end = (await fetchEnds(cluster, topic)).get(partition) ?? 0n;
    return {
      topicId,
      requireOffset: (nextOffset) => requireWithin({ topic, partition, start, end, nextOffset }),
    };
  } catch (error) {
    link.drop(cluster);
    throw error;
  }
}

interface Bounds {
  readonly topic: string;
  readonly partition: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly nextOffset: bigint;
}

function requireWithin({ topic, partition, start, end, nextOffset }: Bounds): void {
  if (nextOffset > end) {
    throw new LogMismatch(
      `${topic}/${partition} ends at ${end}, but the store has applied it up to ${nextOffset}: the log has lost its end. ` +
        'Restore the Kafka data, or accept a new log as docs/operations.md describes.',
    );
  }
  if (nextOffset < start) {
    throw new LogMismatch(
      `${topic}/${partition} begins at ${start}, but the store has applied it only up to ${nextOffset}: ` +
        `${start - nextOffset} commands were deleted before they were applied. Raise the topic's retention; to go on without ` +
        'them, accept a new log as docs/operations.md describes.',
    );
  }
}

/** The store refuses to be written to from a topic with another id. Null for any other error. */
export function toLogMismatch(error: unknown, topic: string): LogMismatch | null {
  if (!(error instanceof ClientError) || error.code !== Status.FAILED_PRECONDITION) return null;
  const advice =
    'Point the service at the right Kafka, or accept the new log as docs/operations.md describes.';
  return new LogMismatch(`${topic} is not the log this store has applied: ${error.details}. ${advice}`, {
    cause: error,
  });
}

/** logSeq of the newest event at the end of a partition of chat.events; null when there is none among the records looked at. */
export function findLastPublished(search: Omit<TailSearch<number>, 'pick'>): Promise<number | null> {
  return searchTail({ ...search, pick: pickNewestLogSeq });
}

/** The highest and not the last one: a writer that lost its partition may have put older events behind it. */
function pickNewestLogSeq(records: readonly KafkaRecord[]): number | null {
  let newest: number | null = null;
  for (const { value } of records) {
    const record = value === null ? undefined : LogRecord.decode(value).record;
    if (record?.$case === 'event') newest = Math.max(newest ?? 0, record.value.logSeq);
  }
  return newest;
}
