/**
 * PERSIST 1/3: the only writer of one partition: a batch of commands -> Append (one transaction) -> its records on chat.events, in order.
 * Whatever fails, the recovery is the same: acquire the partition again, publish what is stored and not yet in the log, go on at the
 * store's offset. Called by ingest (through partition-consumer), calls the message store and a PartitionLog.
 */
import type { Client } from 'nice-grpc';
import { reachFailPoint } from '#platform/fail-points.ts';
import type { CallLimits } from '#platform/grpc/client.ts';
import type { LogRecord as KafkaRecord } from '#platform/kafka/log-reader.ts';
import type { Logger } from '#platform/logger.ts';
import { LogRecord } from '#schema/generated/events.ts';
import type { MessageStoreServiceDefinition } from '#schema/generated/message_store.ts';
import { eventsLookedAtMax, LogMismatch, pickNewestLogSeq, requireFit, toLogMismatch } from './log-check.ts';
import type { CommandBounds, PartitionLog } from './partition-log.ts';
import { batchGrowthRecords, batchRecordsMax, takeBatch } from './take-batch.ts';

/** What ingest asks of the message store. */
export type MessageStore = Pick<
  Client<MessageStoreServiceDefinition, CallLimits>,
  'acquirePartition' | 'append' | 'readLog'
>;

export interface PartitionWorkerOptions {
  readonly store: MessageStore;
  /** Its way of publishing is used by nobody else: a full queue would be a hole in what is published. */
  readonly log: PartitionLog;
  readonly logger: Logger;
}

interface Ownership {
  readonly topicId: string;
  readonly ownerEpoch: number;
  /** Of the commands' leader when the log was last compared with the store. */
  readonly leaderEpoch: number;
  nextOffset: bigint;
  /** Aborts when the assignment ends. */
  readonly signal: AbortSignal;
}

const publishAtOnceMax = 1_000;
/**
 * How many events can be stored and unpublished: those of one Append, since each is published before the next. A batch of 1 MiB names
 * 32,768 people at most, and everyone who is added is an event. Also a bound on what is published again when chat.events holds none.
 */
const unpublishedEventsMax = 33_000;

export class PartitionWorker {
  readonly #options: PartitionWorkerOptions;
  #ownership: Ownership | null = null;
  /** After a failed publish: the event after which the log may have a hole that its end does not show. */
  #holeAfter: number | null = null;
  /** Halved when an Append fails, so that what takes the store too long gets through in parts; grows again while they succeed. */
  #recordsAtOnce = batchRecordsMax;
  #refusal: AbortSignal | null = null;
  /** Of the records that have come. */
  #leaderEpochSeen = 0;

  constructor(options: PartitionWorkerOptions) {
    this.#options = options;
  }

  /** Whether this partition is assigned to us and must not be worked before somebody has looked at it. */
  isRefusing(): boolean {
    return this.#refusal?.aborted === false;
  }

  /** The log whose commands it applies now, as it was compared with the store; null while it applies none. */
  comparedLog(): Pick<CommandBounds, 'topicId' | 'leaderEpoch'> | null {
    const ownership = this.#ownership;
    return ownership === null || ownership.signal.aborted ? null : ownership;
  }

  /**
   * Becomes the partition's only writer, catches up on publishing and resolves to the offset of the first command to apply.
   * Throws LogMismatch when log and store do not belong together; ClientError and Kafka's errors pass through.
   */
  async start(signal: AbortSignal): Promise<bigint> {
    const { log, logger } = this.#options;
    const { partition } = log;
    this.#ownership = null;
    try {
      const { ownership, lastLogSeq } = await this.#acquire(signal);
      await this.#publishMissing(lastLogSeq, signal);
      this.#ownership = ownership;
      this.#refusal = null;
      const { nextOffset, ownerEpoch } = ownership;
      logger.info(
        { partition, nextOffset: Number(nextOffset), ownerEpoch, lastLogSeq },
        'partition acquired',
      );
      return nextOffset;
    } catch (error) {
      if (error instanceof LogMismatch) {
        if (!this.isRefusing())
          logger.error(
            { partition, err: error },
            'commands are NOT applied: the log and the store do not match',
          );
        this.#refusal = signal;
      }
      throw error;
    }
  }

  /** Applies the commands and publishes what became of them. After a rejection `start` must come before the next call. */
  async apply(records: readonly KafkaRecord[], signal: AbortSignal): Promise<void> {
    const ownership = this.#ownership;
    if (ownership === null) throw new Error('the partition is not acquired');
    try {
      for (let rest = records; rest.length > 0; ) {
        signal.throwIfAborted();
        const batch = takeBatch(rest, this.#recordsAtOnce);
        await this.#applyBatch(batch, ownership);
        rest = rest.slice(batch.length);
      }
    } catch (error) {
      this.#ownership = null;
      throw error;
    }
  }

  async #acquire(signal: AbortSignal): Promise<{ ownership: Ownership; lastLogSeq: number }> {
    const { log, store } = this.#options;
    const bounds = await log.fetchCommandBounds();
    const { topicId, leaderEpoch } = bounds;
    if (leaderEpoch < this.#leaderEpochSeen)
      throw new Error('the broker that was asked does not know the leader of the commands yet');
    const acquired = await store
      .acquirePartition({ topicId, partition: log.partition }, { signal })
      .catch((error: unknown) => Promise.reject(toLogMismatch(error, log.commandsTopic) ?? error));
    reachFailPoint('persist.acquired');
    const { ownerEpoch, lastLogSeq } = acquired;
    const nextOffset = BigInt(acquired.nextOffset);
    // The owner before may have applied commands that came after the bounds were asked for, until it was fenced.
    const boundsNow = nextOffset > bounds.end ? await log.fetchCommandBounds() : bounds;
    await requireFit(log, boundsNow, { nextOffset, lastRecordDigest: acquired.lastRecordDigest ?? null });
    return { ownership: { topicId, ownerEpoch, leaderEpoch, nextOffset, signal }, lastLogSeq };
  }

  /** After a crash between commit and publish the log lacks the last events. Readers drop those they have seen. */
  async #publishMissing(lastLogSeq: number, signal: AbortSignal): Promise<void> {
    const { log, store, logger } = this.#options;
    const { eventsTopic, partition } = log;
    const found = await log.searchEvents({ recordsMax: eventsLookedAtMax, pick: pickNewestLogSeq });
    if (found !== null && found > lastLogSeq) {
      throw new LogMismatch(
        `${eventsTopic}/${partition} holds event ${found}, but the store has only ${lastLogSeq}: the database is older than the log. ` +
          'Restore a newer backup, or accept the new log with npm run accept-new-log (docs/operations.md).',
      );
    }
    const inLog = found ?? Math.max(0, lastLogSeq - unpublishedEventsMax);
    const after = Math.min(inLog, this.#holeAfter ?? inLog);
    let published = 0;
    if (after < lastLogSeq) {
      for await (const { events } of store.readLog({ partition, afterLogSeq: after }, { signal })) {
        await this.#publish(events.map((value) => ({ record: { $case: 'event' as const, value } })));
        published += events.length;
      }
    }
    this.#holeAfter = null;
    if (published > 0)
      logger.info({ partition, after, published }, 'published stored events that were missing in the log');
  }

  async #applyBatch(batch: readonly KafkaRecord[], ownership: Ownership): Promise<void> {
    const { log, store, logger } = this.#options;
    const { partition } = log;
    const first = batch[0];
    if (first === undefined) return;
    this.#requireSameLeader(batch, ownership);
    await this.#requireNothingBetween(ownership.nextOffset, first.offset);
    reachFailPoint('persist.before-append');
    const request = {
      topicId: ownership.topicId,
      partition,
      ownerEpoch: ownership.ownerEpoch,
      expectedOffset: Number(ownership.nextOffset),
      records: batch.map(({ offset, key, value }) => ({
        offset: Number(offset),
        key: key ?? empty,
        value: value ?? empty,
      })),
    };
    const response = await store.append(request).catch((error: unknown) => {
      this.#recordsAtOnce = Math.ceil(batch.length / 2);
      throw error;
    });
    this.#recordsAtOnce = Math.min(batchRecordsMax, this.#recordsAtOnce + batchGrowthRecords);
    reachFailPoint('persist.appended');
    if (response.deadLetterCount > 0) {
      logger.error(
        { partition, offset: Number(first.offset), deadLetters: response.deadLetterCount },
        'commands became dead letters',
      );
    }
    await this.#publish(response.records);
    reachFailPoint('persist.published');
    ownership.nextOffset = BigInt(response.nextOffset);
  }

  /** Before there was another leader the log may have lost its end, and what stands at these offsets then is not what follows on what was applied. */
  #requireSameLeader(batch: readonly KafkaRecord[], { leaderEpoch }: Ownership): void {
    const later = batch.find((record) => record.leaderEpoch > leaderEpoch);
    if (later === undefined) return;
    this.#leaderEpochSeen = Math.max(...batch.map((record) => record.leaderEpoch));
    throw new Error(`another leader has written from offset ${later.offset} on: the log is compared again`);
  }

  /** Kafka notes the end of a transaction, which only a foreign writer has, at an offset of its own; any other gap may be a lost command. */
  async #requireNothingBetween(expected: bigint, offset: bigint): Promise<void> {
    if (offset === expected) return;
    if (offset > expected && !(await this.#options.log.holdsCommands(expected, offset))) return;
    throw new Error(`expected the command at offset ${expected}, got ${offset}`);
  }

  /** In order, and no further than the first that fails. */
  async #publish(records: readonly LogRecord[]): Promise<void> {
    const { log } = this.#options;
    for (let from = 0; from < records.length; from += publishAtOnceMax) {
      const slice = records.slice(from, from + publishAtOnceMax);
      const sent = Promise.allSettled(
        slice.map((record) =>
          log.publish({
            key: toConversationId(record),
            value: Buffer.from(LogRecord.encode(record).finish()),
          }),
        ),
      );
      reachFailPoint('persist.publishing');
      const results = await sent;
      const failedAt = results.findIndex(({ status }) => status === 'rejected');
      const failed = results[failedAt];
      if (failed?.status === 'rejected') {
        this.#noteHole(slice.slice(failedAt));
        throw failed.reason;
      }
    }
  }

  #noteHole(unpublished: readonly LogRecord[]): void {
    for (const { record } of unpublished) {
      if (record?.$case !== 'event') continue;
      const before = record.value.logSeq - 1;
      this.#holeAfter = Math.min(this.#holeAfter ?? before, before);
      return;
    }
  }
}

const empty = Buffer.alloc(0);

function toConversationId(record: LogRecord): string {
  return record.record?.value.conversationId ?? '';
}
