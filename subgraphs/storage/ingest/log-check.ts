/**
 * PERSIST 1/3: do the Kafka log and the store belong together? A topic created anew, a log that lost its end or commands deleted
 * before they were applied must stop the partition, or messages would be skipped in silence. Called by partition-worker, and by
 * infra/operations for an operator.
 */
import { ClientError, Status } from 'nice-grpc';
import type { LogRecord as KafkaRecord } from '#platform/kafka/log-reader.ts';
import { digestCommand } from '#schema/command-digest.ts';
import { readLogRecord } from '#schema/log-records.ts';
import type { CommandBounds, PartitionLog } from './partition-log.ts';

/** Says what does not fit and what the operator can do. */
export class LogMismatch extends Error {
  override readonly name = 'LogMismatch';
}

/** How far the store has applied the commands of a partition. */
export interface Applied {
  /** Offset of the first command it has not applied. */
  readonly nextOffset: bigint;
  /** Of the command before that one; null when it is not known. */
  readonly lastRecordDigest: Buffer | null;
}

/** `replaced`: where the last command that was applied stood, there is another one. */
export type Misfit = 'cut' | 'replaced' | 'expired';

/** Why the commands can't go on where the store stands; null when they can. */
export async function findMisfit(
  { nextOffset, lastRecordDigest }: Applied,
  { start, end }: Pick<CommandBounds, 'start' | 'end'>,
  readCommand: PartitionLog['readCommand'],
): Promise<Misfit | null> {
  if (nextOffset > end) return 'cut';
  if (nextOffset < start) return 'expired';
  if (nextOffset === start || lastRecordDigest === null) return null;
  const last = await readCommand(nextOffset - 1n);
  return last !== null && digestCommand(last).equals(lastRecordDigest) ? null : 'replaced';
}

/** Throws LogMismatch when the commands can't go on where the store stands. */
export async function requireFit(log: PartitionLog, bounds: CommandBounds, applied: Applied): Promise<void> {
  const misfit = await findMisfit(applied, bounds, log.readCommand);
  if (misfit !== null) throw new LogMismatch(describe(misfit, log, { ...bounds, ...applied }));
}

function describe(
  misfit: Misfit,
  { commandsTopic, partition }: PartitionLog,
  { start, end, nextOffset }: CommandBounds & Applied,
): string {
  const restore =
    'Restore the Kafka data, or accept the new log with npm run accept-new-log (docs/operations.md).';
  switch (misfit) {
    case 'cut':
      return `${commandsTopic}/${partition} ends at ${end}, but the store has applied it up to ${nextOffset}: the log has lost its end. ${restore}`;
    case 'replaced':
      return (
        `${commandsTopic}/${partition} has another command at ${nextOffset - 1n} than the store has applied: the log has lost its end ` +
        `and has grown again. ${restore}`
      );
    case 'expired':
      return (
        `${commandsTopic}/${partition} begins at ${start}, but the store has applied it only up to ${nextOffset}: ` +
        `${start - nextOffset} commands were deleted before they were applied. Raise the topic's retention; to go on without ` +
        'them, accept the new log with npm run accept-new-log (docs/operations.md).'
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

/** How many records from the end of chat.events are searched for the newest event. */
export const eventsLookedAtMax = 10_000;

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
