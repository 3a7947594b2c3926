/**
 * PERSIST 1/3: do the Kafka log and the store belong together? A topic created anew, a log that lost its end or commands deleted
 * before they were applied must stop the partition, or messages would be skipped in silence. Called by partition-worker.
 */
import { ClientError, Status } from 'nice-grpc';
import type { LogRecord as KafkaRecord } from '#platform/kafka/log-reader.ts';
import { readLogRecord } from '#schema/log-records.ts';
import type { CommandBounds, PartitionLog } from './partition-log.ts';

/** Says what does not fit and what the operator can do. */
export class LogMismatch extends Error {
  override readonly name = 'LogMismatch';
}

/** Throws LogMismatch when the commands can't go on at this offset. */
export function requireWithin(
  { start, end }: CommandBounds,
  { commandsTopic, partition }: PartitionLog,
  nextOffset: bigint,
): void {
  if (nextOffset > end) {
    throw new LogMismatch(
      `${commandsTopic}/${partition} ends at ${end}, but the store has applied it up to ${nextOffset}: the log has lost its end. ` +
        'Restore the Kafka data, or accept the new log with npm run accept-new-log (docs/operations.md).',
    );
  }
  if (nextOffset < start) {
    throw new LogMismatch(
      `${commandsTopic}/${partition} begins at ${start}, but the store has applied it only up to ${nextOffset}: ` +
        `${start - nextOffset} commands were deleted before they were applied. Raise the topic's retention; to go on without ` +
        'them, accept the new log with npm run accept-new-log (docs/operations.md).',
    );
  }
}

/** The store refuses to be written to from a topic with another id. Null for any other error. */
export function toLogMismatch(error: unknown, topic: string): LogMismatch | null {
  if (!(error instanceof ClientError) || error.code !== Status.FAILED_PRECONDITION) return null;
  const advice =
    'Point the service at the right Kafka, or accept the new log with npm run accept-new-log (docs/operations.md).';
  return new LogMismatch(`${topic} is not the log this store has applied: ${error.details}. ${advice}`, {
    cause: error,
  });
}

/**
 * logSeq of the newest event among the records; null when there is none. The highest and not the last one: a writer that lost its
 * partition may have put older events behind it. What is not from us is passed over, or it would stop the partition.
 */
export function pickNewestLogSeq(records: readonly KafkaRecord[]): number | null {
  let newest: number | null = null;
  for (const record of records) {
    const reading = readLogRecord(record);
    if (reading.kind === 'record' && reading.record.$case === 'event') {
      newest = Math.max(newest ?? 0, reading.record.value.logSeq);
    }
  }
  return newest;
}
