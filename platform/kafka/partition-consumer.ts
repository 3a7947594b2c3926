/**
 * Shares the partitions of a topic among the copies of a process, one owner each, and starts every assignment where its owner says. PERSIST.
 * kafkajs's group consumer with three rules of our own: no record before `onAssigned` has named the offset; Kafka's committed offsets are
 * only a hint; a failed batch or a crashed consumer is begun anew, never skipped and never a silent stop. Called by storage/ingest.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from '#platform/logger.ts';
import type { FetchedMessage } from './cluster.ts';
import type { LogRecord } from './log-reader.ts';
import { toLogRecord } from './log-reader.ts';

export interface PartitionConsumerOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topic: string;
  /**
   * Called for every partition on every assignment, also when nothing is in it; resolves to the offset to read from. Is called
   * again, after a pause, when it rejects. The signal aborts when the assignment ends.
   */
  readonly onAssigned: (partition: number, signal: AbortSignal) => Promise<bigint>;
  /** Records in offset order, the next ones once it resolves. When it rejects the partition goes back to `onAssigned`. */
  readonly onBatch: (partition: number, records: readonly LogRecord[], signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface PartitionConsumer extends AsyncDisposable {
  /** False when this member is out of the group or has not heard from the broker for some seconds. */
  healthy(): boolean;
  /** Begins anew with fresh connections, as after a crash: every partition goes back to `onAssigned`. */
  restart(reason: string): void;
  /** One partition goes back to `onAssigned`, after the batch that is worked on. */
  restartPartition(partition: number, reason: string): void;
}

/** How long a dead owner keeps its partitions; the least a broker allows by default. */
const sessionTimeoutMs = 6_000;
const rebalanceTimeoutMs = 10_000;
const heartbeatMs = 1_500;
const fetchWaitMs = 250;
const batchBytesMax = 1024 * 1024;
const commitIntervalMs = 1_000;
const backoffFirstMs = 100;
const backoffLastMs = 3_000;
const silenceMaxMs = 10_000;
const closeMaxMs = 5_000;
const partitionsAtOnce = 64;

/** Joins the group at once, and stays in it through any failure until disposed or aborted. */
export function createPartitionConsumer(options: PartitionConsumerOptions): PartitionConsumer {
  const membership = new GroupMembership(options);
  const finished = membership.run();
  return {
    healthy: () => membership.healthy(),
    restart: (reason) => membership.restart(reason),
    restartPartition: (partition, reason) => membership.restartPartition(partition, reason),
    async [Symbol.asyncDispose]() {
      membership.stop();
      await finished;
    },
  };
}

class GroupMembership {
  readonly #options: PartitionConsumerOptions;
  readonly #stopping = new AbortController();
  readonly #signal: AbortSignal;
  /** Ends with every new assignment: a rebalance, a crash, the end. */
  #assignment = new AbortController();
  /** Partitions whose start is known and sought, and the assignment that holds for. */
  readonly #started = new Map<number, AbortSignal>();
  readonly #running = new Map<number, Promise<void>>();
  /** The newest start of each partition; an older one that still runs leaves the partition to it. */
  readonly #newestStart = new Map<number, symbol>();
  readonly #committedAt = new Map<number, number>();
  #lastPollAt = Number.NEGATIVE_INFINITY;
  /** Ends the consumer that runs, if one does. */
  #crash: (error: Error) => void = () => undefined;
  #consumer: Consumer | null = null;

  constructor(options: PartitionConsumerOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stopping.signal]);
  }

  stop(): void {
    this.#stopping.abort();
  }

  restart(reason: string): void {
    this.#crash(new Error(reason));
  }

  restartPartition(partition: number, reason: string): void {
    const { topic, logger } = this.#options;
    const signal = this.#started.get(partition);
    if (this.#consumer === null || signal === undefined || signal.aborted) return;
    logger.info({ topic, partition, reason }, 'the partition is started again');
    this.#beginPartition(this.#consumer, partition, signal);
  }

  healthy(): boolean {
    return !this.#assignment.signal.aborted && performance.now() - this.#lastPollAt < silenceMaxMs;
  }

  async run(): Promise<void> {
    const { logger, topic, groupId } = this.#options;
    let failures = 0;
    while (!this.#signal.aborted) {
      const startedAt = performance.now();
      const consumer = this.#createConsumer();
      const started = Promise.withResolvers<void>();
      try {
        await this.#consumeUntilCrash(consumer, started.resolve);
      } catch (error) {
        logger.warn({ topic, groupId, err: error }, 'the consumer failed, starting another');
      }
      this.#endAssignment();
      await this.#close(consumer, started.promise);
      failures = performance.now() - startedAt > silenceMaxMs ? 1 : failures + 1;
      await this.#pause(Math.min(backoffLastMs, backoffFirstMs * 2 ** failures), this.#signal);
    }
  }

  #createConsumer(): Consumer {
    const { kafka, groupId } = this.#options;
    return kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTimeInMs: fetchWaitMs,
      maxBytesPerPartition: batchBytesMax,
      allowAutoTopicCreation: false,
      // A transaction that a foreign writer leaves open would keep back everything behind it.
      readUncommitted: true,
      retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 8, restartOnFailure: async () => false },
    });
  }

  /** Resolves when the process stops, rejects when the consumer gives up; `onStarted` is told when it has joined or never will. */
  async #consumeUntilCrash(consumer: Consumer, onStarted: () => void): Promise<void> {
    const { topic } = this.#options;
    const ended = Promise.withResolvers<void>();
    // It can also fail while connecting or joining fails, and then nobody awaits it.
    ended.promise.catch(() => undefined);
    const end = () => ended.resolve();
    this.#crash = (error) => ended.reject(error);
    // One that is being closed can still be answered: it must not take the partitions from the one that follows it.
    let isOver = false;
    this.#signal.addEventListener('abort', end, { once: true });
    consumer.on(consumer.events.CRASH, ({ payload }) => ended.reject(payload.error));
    // A connection that does not answer is never closed by kafkajs; another consumer gets another one.
    consumer.on(consumer.events.REQUEST_TIMEOUT, ({ payload: { apiName, broker } }) => {
      if (!waitsForMembers.has(apiName)) ended.reject(new Error(`no answer to ${apiName} from ${broker}`));
    });
    consumer.on(consumer.events.FETCH, () => this.#notePoll());
    consumer.on(consumer.events.HEARTBEAT, () => this.#notePoll());
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (!isOver) this.#beginAssignment(consumer, payload.memberAssignment[topic] ?? []);
    });
    let starting: Promise<void> = Promise.resolve();
    this.#consumer = consumer;
    try {
      await consumer.connect();
      // Never used to read from: the start is always sought. It decides what an offset outside the log becomes, see the caller's checks.
      await consumer.subscribe({ topic, fromBeginning: true });
      starting = consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: partitionsAtOnce,
        eachBatch: async (payload) => {
          if (!isOver) await this.#takeBatch(consumer, payload);
        },
      });
      await Promise.race([starting, ended.promise]);
      if (this.#signal.aborted) end();
      await ended.promise;
    } finally {
      isOver = true;
      this.#consumer = null;
      this.#signal.removeEventListener('abort', end);
      starting.then(onStarted, onStarted);
    }
  }

  #notePoll(): void {
    this.#lastPollAt = performance.now();
  }

  #endAssignment(): void {
    this.#assignment.abort();
    this.#started.clear();
  }

  /** Runs synchronously inside the join, so that the partitions are paused before the first fetch. */
  #beginAssignment(consumer: Consumer, partitions: readonly number[]): void {
    this.#endAssignment();
    this.#assignment = new AbortController();
    this.#options.logger.info({ topic: this.#options.topic, partitions }, 'partitions assigned');
    for (const partition of partitions) this.#beginPartition(consumer, partition, this.#assignment.signal);
  }

  /** Asks the owner where to start and seeks there; one at a time per partition, whatever the assignment. */
  #beginPartition(consumer: Consumer, partition: number, signal: AbortSignal): void {
    this.#started.delete(partition);
    consumer.pause([{ topic: this.#options.topic, partitions: [partition] }]);
    const start = Symbol();
    this.#newestStart.set(partition, start);
    const isOver = () => signal.aborted || this.#newestStart.get(partition) !== start;
    const before = this.#running.get(partition) ?? Promise.resolve();
    this.#running.set(
      partition,
      before.then(() => this.#start(consumer, partition, { signal, isOver })),
    );
  }

  async #start(
    consumer: Consumer,
    partition: number,
    { signal, isOver }: { readonly signal: AbortSignal; readonly isOver: () => boolean },
  ): Promise<void> {
    const { topic, onAssigned, logger } = this.#options;
    for (let failures = 0; !isOver(); failures++) {
      try {
        const offset = await onAssigned(partition, signal);
        if (isOver()) return;
        consumer.seek({ topic, partition, offset: String(offset) });
        this.#started.set(partition, signal);
        consumer.resume([{ topic, partitions: [partition] }]);
        return;
      } catch (error) {
        if (isOver()) return;
        logger.warn({ topic, partition, err: error }, 'the partition could not be started, trying again');
        await this.#pause(Math.min(backoffLastMs, backoffFirstMs * 2 ** failures), signal);
      }
    }
  }

  async #takeBatch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, heartbeat, isStale, isRunning } = payload;
    const { partition } = batch;
    const signal = this.#started.get(partition);
    const last = batch.messages.at(-1);
    if (signal === undefined || signal.aborted || isStale() || !isRunning() || last === undefined) return;
    const { beat, stop } = this.#beatWhileWorking(heartbeat);
    const work = this.#work(
      partition,
      batch.messages.map((message) => toLogRecord(partition, message as FetchedMessage)),
      signal,
    );
    this.#running.set(
      partition,
      work.then(() => undefined),
    );
    const done = await work;
    stop();
    if (done) {
      resolveOffset(last.offset);
      this.#commitHint(payload, String(BigInt(last.offset) + 1n));
    } else if (this.#started.get(partition) === signal && !signal.aborted) {
      this.#beginPartition(consumer, partition, signal);
    }
    if (beat.error !== null) throw beat.error;
  }

  async #work(partition: number, records: readonly LogRecord[], signal: AbortSignal): Promise<boolean> {
    const { topic, onBatch, logger } = this.#options;
    try {
      await onBatch(partition, records, signal);
      return true;
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ topic, partition, err: error }, 'a batch failed, starting the partition again');
      return false;
    }
  }

  /** kafkajs sends no heartbeat while a batch is worked on. One that says "out of the group" ends the assignment and is thrown after the batch. */
  #beatWhileWorking(heartbeat: () => Promise<void>): { beat: { error: Error | null }; stop: () => void } {
    const beat: { error: Error | null } = { error: null };
    const timer = setInterval(() => {
      heartbeat().catch((error: unknown) => {
        if (!isOutOfGroup(error)) return;
        beat.error = error;
        this.#endAssignment();
      });
    }, heartbeatMs);
    return { beat, stop: () => clearInterval(timer) };
  }

  #commitHint({ batch, commitOffsetsIfNecessary }: EachBatchPayload, offset: string): void {
    const { topic, partition } = batch;
    const now = performance.now();
    if (now - (this.#committedAt.get(partition) ?? 0) < commitIntervalMs) return;
    this.#committedAt.set(partition, now);
    commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] }).catch(
      (error: unknown) =>
        this.#options.logger.debug({ topic, partition, err: error }, 'committing an offset to Kafka failed'),
    );
  }

  /**
   * Told to stop while it is joining, kafkajs cuts the connection and leaves a member behind that holds partitions until its session times out. So
   * it is told once it has joined, even if that is after we have gone on.
   */
  async #close(consumer: Consumer, started: Promise<void>): Promise<void> {
    const { logger, topic } = this.#options;
    const closed = started
      .then(() => consumer.disconnect())
      .catch((error: unknown) => logger.debug({ topic, err: error }, 'leaving the consumer group failed'));
    const tooLong = new AbortController();
    await Promise.race([closed, this.#pause(closeMaxMs, tooLong.signal)]);
    tooLong.abort();
    await Promise.all(this.#running.values());
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await delay(ms, undefined, { signal }).catch(() => undefined);
  }
}

/** Answered when the other members have done their part, which can take longer than any other request. */
const waitsForMembers: ReadonlySet<string> = new Set(['JoinGroup', 'SyncGroup']);

function isOutOfGroup(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'type' in error &&
    [
      'REBALANCE_IN_PROGRESS',
      'ILLEGAL_GENERATION',
      'UNKNOWN_MEMBER_ID',
      'NOT_COORDINATOR_FOR_GROUP',
    ].includes(String(error.type))
  );
}
