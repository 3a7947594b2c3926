/**
 * Reads a whole topic, every partition, for this process alone: each copy of chat and gateway sees every record. LIVE 1.
 * No consumer group: positions are pinned at the start and kept in memory, so nothing is skipped, and nothing comes twice, for the life
 * of the process. Called by chat/live and auth-events, calls the cluster port.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { Logger } from '#platform/logger.ts';
import type { Cluster, FetchedMessage } from './cluster.ts';
import { createCluster } from './cluster.ts';
import type { Offsets } from './log-ends.ts';
import { fetchEnds, fetchOffsetsAt, fetchStarts } from './log-ends.ts';

export interface LogRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  /** Null when the writer gave none. */
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | undefined>>;
  /** The broker's wall clock when it was written, Unix milliseconds. */
  readonly timestampMs: number;
  /** Of the leader that wrote it; a later leader has a higher one. */
  readonly leaderEpoch: number;
}

export interface LogReaderOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** `end`: what is written from now on. */
  readonly from: 'end' | { readonly timestampMs: number };
  /**
   * Awaited before the next call; records of one partition come in offset order. It must not throw: a batch it rejects
   * is given to it again after a pause, since going on would be a hole.
   */
  readonly onBatch: (records: readonly LogRecord[]) => void | Promise<void>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface LogReader extends AsyncDisposable {
  /** Resolves when the start is pinned: what is written after that is seen. Rejects when the reader ends before. */
  readonly ready: Promise<void>;
  /** Resolves when everything that was there at `ready` has been given to onBatch. Rejects when the reader ends before. */
  readonly caughtUp: Promise<void>;
  /** False when the broker has not answered for some seconds, or onBatch fails. */
  healthy(): boolean;
}

const fetchWaitMs = 500;
const fetchBytesMax = 8 * 1024 * 1024;
const partitionBytesMax = 1024 * 1024;
const backoffFirstMs = 50;
const backoffLastMs = 2_000;
const silenceMaxMs = 5_000;
const layoutRefreshMs = 30_000;
/** How far before the last record seen the reader goes back when the log has lost its end. */
const rewindMs = 60_000;

/** Starts reading at once, and goes on through any failure of the broker until disposed or aborted. */
export function createLogReader(options: LogReaderOptions): LogReader {
  const loop = new ReadLoop(options);
  const finished = loop.run();
  return {
    ready: loop.ready.promise,
    caughtUp: loop.caughtUp.promise,
    healthy: () => loop.healthy(),
    async [Symbol.asyncDispose]() {
      loop.stop();
      await finished;
    },
  };
}

class ReadLoop {
  readonly ready = Promise.withResolvers<void>();
  readonly caughtUp = Promise.withResolvers<void>();
  readonly #options: LogReaderOptions;
  readonly #stopping = new AbortController();
  readonly #signal: AbortSignal;
  readonly #next = new Map<number, bigint>();
  readonly #lastTimestampMs = new Map<number, number>();
  #pinnedEnds: Offsets | null = null;
  #lastAnswerAt = performance.now();
  #deliveryFails = false;
  #failures = 0;
  /** Leaders are read side by side; onBatch is called by one at a time. */
  #delivery: Promise<void> = Promise.resolve();

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stopping.signal]);
    // Whoever awaits them gets the rejection; nobody has to.
    this.ready.promise.catch(() => undefined);
    this.caughtUp.promise.catch(() => undefined);
  }

  stop(): void {
    this.#stopping.abort();
  }

  healthy(): boolean {
    return (
      this.#pinnedEnds !== null &&
      !this.#deliveryFails &&
      performance.now() - this.#lastAnswerAt < silenceMaxMs
    );
  }

  async run(): Promise<void> {
    const { kafka, topic, logger } = this.#options;
    while (!this.#signal.aborted) {
      const cluster = createCluster(kafka);
      try {
        await cluster.connect();
        await this.#pin(cluster);
        await this.#readUntilLayoutChanges(cluster);
      } catch (error) {
        if (!this.#signal.aborted) {
          this.#failures += 1;
          const line = { topic, failures: this.#failures, err: error };
          if (this.#failures === 1) logger.debug(line, 'reading from Kafka failed, trying again');
          else logger.warn(line, 'reading from Kafka failed, trying again');
          await this.#pause(Math.min(backoffLastMs, backoffFirstMs * 2 ** this.#failures));
        }
      } finally {
        await cluster
          .disconnect()
          .catch((error: unknown) => logger.debug({ err: error }, 'closing Kafka connections failed'));
      }
    }
    const ended = new Error(`the reader of ${topic} has ended`);
    this.ready.reject(ended);
    this.caughtUp.reject(ended);
  }

  async #pin(cluster: Cluster): Promise<void> {
    if (this.#pinnedEnds !== null) return;
    const { topic, from } = this.#options;
    const ends = await fetchEnds(cluster, topic);
    const starts = from === 'end' ? ends : await fetchOffsetsAt(cluster, topic, from.timestampMs);
    for (const [partition, end] of ends) this.#next.set(partition, starts.get(partition) ?? end);
    this.#pinnedEnds = ends;
    this.#lastAnswerAt = performance.now();
    this.ready.resolve();
    this.#noteProgress();
  }

  /** Reads from all leaders until one fails (throws) or leaders or partitions have changed (returns). */
  async #readUntilLayoutChanges(cluster: Cluster): Promise<void> {
    const { topic } = this.#options;
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadata();
    const layout = cluster.findTopicPartitionMetadata(topic);
    await this.#adoptPartitions(
      cluster,
      layout.map(({ partitionId }) => partitionId),
    );
    const partitionsByLeader = Map.groupBy(layout, ({ leader }) => leader);
    const round = new AbortController();
    const signal = AbortSignal.any([this.#signal, round.signal]);
    const loops = [...partitionsByLeader].map(async ([leader, partitions]) => {
      try {
        await this.#readLeader({
          cluster,
          leader,
          partitions: partitions.map(({ partitionId }) => partitionId),
          signal,
        });
      } finally {
        round.abort();
      }
    });
    const results = await Promise.allSettled([...loops, this.#watchLayout(cluster, round)]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Partitions added to the topic later are read from their first record. */
  async #adoptPartitions(cluster: Cluster, partitions: readonly number[]): Promise<void> {
    const added = partitions.filter((partition) => !this.#next.has(partition));
    if (added.length === 0) return;
    const starts = await fetchStarts(cluster, this.#options.topic);
    for (const partition of added) this.#next.set(partition, starts.get(partition) ?? 0n);
  }

  async #watchLayout(cluster: Cluster, round: AbortController): Promise<void> {
    const signal = AbortSignal.any([this.#signal, round.signal]);
    const describe = () =>
      JSON.stringify(
        cluster
          .findTopicPartitionMetadata(this.#options.topic)
          .map(({ partitionId, leader }) => [partitionId, leader])
          .sort(),
      );
    const before = describe();
    while (!signal.aborted) {
      await delay(layoutRefreshMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await cluster.refreshMetadata();
      if (describe() !== before) round.abort();
    }
  }

  async #readLeader({ cluster, leader, partitions, signal }: LeaderInput): Promise<void> {
    const { topic } = this.#options;
    const broker = await cluster.findBroker({ nodeId: leader });
    while (!signal.aborted) {
      try {
        const { responses } = await broker.fetch({
          isolationLevel: 0,
          maxWaitTime: fetchWaitMs,
          minBytes: 1,
          maxBytes: fetchBytesMax,
          topics: [{ topic, partitions: partitions.map((partition) => this.#position(partition)) }],
        });
        this.#lastAnswerAt = performance.now();
        this.#failures = 0;
        const fetched = responses.flatMap((response) => response.partitions);
        const records = fetched.flatMap(({ partition, messages }) => this.#toNewRecords(partition, messages));
        if (records.length > 0) await this.#deliver(records);
      } catch (error) {
        if (!isOutOfRange(error)) throw error;
        await this.#reposition(cluster, error.partition);
      }
    }
  }

  #position(partition: number): { partition: number; fetchOffset: string; maxBytes: number } {
    return { partition, fetchOffset: String(this.#next.get(partition) ?? 0n), maxBytes: partitionBytesMax };
  }

  /** The broker sends whole batches, so the first can begin before the position. */
  #toNewRecords(partition: number, messages: readonly FetchedMessage[]): LogRecord[] {
    const next = this.#next.get(partition) ?? 0n;
    return messages.map((message) => toLogRecord(partition, message)).filter(({ offset }) => offset >= next);
  }

  #deliver(records: readonly LogRecord[]): Promise<void> {
    this.#delivery = this.#delivery.then(() => this.#deliverUntilTaken(records));
    return this.#delivery;
  }

  async #deliverUntilTaken(records: readonly LogRecord[]): Promise<void> {
    const { onBatch, logger, topic } = this.#options;
    while (!this.#signal.aborted) {
      try {
        await onBatch(records);
        this.#deliveryFails = false;
        break;
      } catch (error) {
        this.#deliveryFails = true;
        logger.error(
          { topic, records: records.length, err: error },
          'a batch could not be taken, trying again',
        );
        await this.#pause(backoffLastMs);
      }
    }
    if (this.#signal.aborted) return;
    for (const { partition, offset, timestampMs } of records) {
      this.#next.set(partition, offset + 1n);
      this.#lastTimestampMs.set(partition, timestampMs);
    }
    this.#noteProgress();
  }

  #noteProgress(): void {
    if (this.#pinnedEnds === null) return;
    for (const [partition, end] of this.#pinnedEnds) {
      if ((this.#next.get(partition) ?? 0n) < end) return;
    }
    this.caughtUp.resolve();
  }

  /** The position is outside the log: records were deleted before they were read, or the log was cut or replaced. */
  async #reposition(cluster: Cluster, partition: number): Promise<void> {
    const { topic, logger } = this.#options;
    const position = this.#next.get(partition) ?? 0n;
    const start = (await fetchStarts(cluster, topic)).get(partition) ?? 0n;
    const rewindTo = (this.#lastTimestampMs.get(partition) ?? Date.now()) - rewindMs;
    const rewound = (await fetchOffsetsAt(cluster, topic, rewindTo)).get(partition) ?? start;
    const next = position < start ? start : rewound;
    logger.error(
      { topic, partition, position: String(position), next: String(next) },
      'the position is not in the log any more',
    );
    this.#next.set(partition, next);
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#signal }).catch(() => undefined);
  }
}

interface LeaderInput {
  readonly cluster: Cluster;
  readonly leader: number;
  readonly partitions: readonly number[];
  readonly signal: AbortSignal;
}

/** The common form of a record read from Kafka. */
export function toLogRecord(
  partition: number,
  { offset, key, value, headers, timestamp, batchContext }: FetchedMessage,
): LogRecord {
  return {
    partition,
    offset: BigInt(offset),
    key,
    value,
    headers: headers ?? {},
    timestampMs: Number(timestamp),
    leaderEpoch: batchContext?.partitionLeaderEpoch ?? 0,
  };
}

function isOutOfRange(error: unknown): error is Error & { readonly partition: number } {
  return error instanceof Error && error.name === 'KafkaJSOffsetOutOfRange' && 'partition' in error;
}
