/**
 * One partition of Kafka in memory, and a way to it that loses things. Used by tests/simulation/ and by the tests of the produce lane.
 * The rule for idempotent producers is the broker's: the same numbers of the same producer are a duplicate and are acknowledged as the
 * first were; numbers that leave a hole are refused.
 */
import type { Clock } from '#platform/clock.ts';
import type { WireRecord } from '#platform/kafka/cluster.ts';
import type { LogRecord as KafkaRecord } from '#platform/kafka/log-reader.ts';
import type { PartitionWriter } from '#platform/kafka/produce-lane.ts';
import { WriteFailed } from '#platform/kafka/produce-lane.ts';
import { LogRecord } from '#schema/generated/events.ts';

interface Producer {
  nextSequence: number;
  /** First number and count of a batch -> its offset. */
  readonly written: Map<string, bigint>;
}

interface ProducedBatch {
  readonly producerId: number;
  readonly firstSequence: number;
  readonly records: readonly WireRecord[];
}

/** The batch's numbers do not follow the last ones of its producer. */
class OutOfOrderSequence extends Error {
  override readonly name = 'OutOfOrderSequence';
}

export class SimulatedLog {
  /** Also those that are deleted, which nobody can read any more. */
  readonly records: WireRecord[] = [];
  /** Raised when the leader comes back. */
  leaderEpoch = 0;
  start = 0;
  /** Of each record. */
  readonly #leaderEpochs: number[] = [];
  readonly #producers = new Map<number, Producer>();
  readonly #waiting: (() => void)[] = [];

  get end(): number {
    return this.records.length;
  }

  createProducerId(): number {
    const producerId = this.#producers.size + 1;
    this.#producers.set(producerId, { nextSequence: 0, written: new Map() });
    return producerId;
  }

  /** The offset of the first record. Throws OutOfOrderSequence. */
  append({ producerId, firstSequence, records }: ProducedBatch): bigint {
    const producer = this.#producers.get(producerId);
    if (producer === undefined) throw new OutOfOrderSequence(`there is no producer ${producerId}`);
    const batch = `${firstSequence}/${records.length}`;
    const known = producer.written.get(batch);
    if (known !== undefined) return known;
    if (firstSequence !== producer.nextSequence)
      throw new OutOfOrderSequence(`expected ${producer.nextSequence}`);
    const offset = BigInt(this.end);
    this.records.push(...records);
    this.#leaderEpochs.push(...records.map(() => this.leaderEpoch));
    producer.nextSequence += records.length;
    producer.written.set(batch, offset);
    for (const wake of this.#waiting.splice(0)) wake();
    return offset;
  }

  /** Retention: what comes before the offset is gone. */
  deleteBefore(offset: number): void {
    this.start = Math.max(this.start, Math.min(offset, this.end));
  }

  /** The leader comes back without the last records, and their offsets are given again. */
  loseEnd(count: number): WireRecord[] {
    this.leaderEpoch += 1;
    for (const wake of this.#waiting.splice(0)) wake();
    const end = Math.max(this.start, this.end - count);
    this.#leaderEpochs.splice(end);
    return this.records.splice(end);
  }

  /** Resolves when there is a record at the offset, when the log ends before it, when the leader has come back, or when the signal aborts. */
  async reaches(offset: number, signal: AbortSignal): Promise<void> {
    const { leaderEpoch } = this;
    while (this.end === offset && this.leaderEpoch === leaderEpoch && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      this.#waiting.push(wake);
      signal.addEventListener('abort', wake, { once: true });
      await promise;
      signal.removeEventListener('abort', wake);
    }
  }

  /** What is left of a stretch, as a consumer sees it. */
  read(partition: number, from: number, to: number): KafkaRecord[] {
    const first = Math.max(from, this.start);
    return this.records.slice(first, Math.max(first, to)).map(({ key, value }, index) => ({
      partition,
      offset: BigInt(first + index),
      key: key === null ? null : Buffer.from(key),
      value,
      headers: {},
      timestampMs: 0,
      leaderEpoch: this.#leaderEpochs[first + index] ?? 0,
    }));
  }
}

/** A record of chat.events, as the ingest worker puts it there. */
export function toEventRecord(record: LogRecord): WireRecord {
  return {
    key: record.record?.value.conversationId ?? '',
    value: Buffer.from(LogRecord.encode(record).finish()),
  };
}

export const writeFates = [
  'ok',
  'no leader',
  'request lost',
  'reply lost',
  /** Nothing was written, and another attempt can succeed. */
  'refused',
  /** Nothing was written, and another attempt is said to be of no use. */
  'refused for good',
  /** The answer takes longer than anybody waits. */
  'late',
  /** The writer is told that it failed, and it arrives long after. */
  'stray',
] as const;
export type WriteFate = (typeof writeFates)[number];

export interface WriterOptions {
  readonly log: SimulatedLog;
  readonly clock: Clock;
  /** Time of what has left the writer: it goes on when the writer's own clock does not. */
  readonly world: Clock;
  readonly pickFate: () => WriteFate;
  readonly pickLatencyMs: () => number;
}

const lateMs = 6_000;

export class SimulatedWriter implements PartitionWriter {
  concurrent = 0;
  concurrentMax = 0;
  readonly #options: WriterOptions;
  #producerId: number;
  #nextSequence = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#producerId = options.log.createProducerId();
  }

  renew(): void {
    this.#producerId = this.#options.log.createProducerId();
    this.#nextSequence = 0;
  }

  async prepare() {
    const fate = this.#options.pickFate();
    if (fate === 'no leader') throw new Error('no leader');
    return async (records: readonly WireRecord[]): Promise<bigint> => {
      this.concurrent += 1;
      this.concurrentMax = Math.max(this.concurrentMax, this.concurrent);
      try {
        return await this.#write(records, fate);
      } finally {
        this.concurrent -= 1;
      }
    };
  }

  async #write(records: readonly WireRecord[], fate: WriteFate): Promise<bigint> {
    const { log, clock, world, pickLatencyMs } = this.#options;
    const batch = { producerId: this.#producerId, firstSequence: this.#nextSequence, records };
    const isRefused = fate === 'refused' || fate === 'refused for good';
    const arrives = fate !== 'request lost' && !isRefused;
    const outcome = Promise.withResolvers<bigint | OutOfOrderSequence | null>();
    const wayThereMs = fate === 'late' || fate === 'stray' ? lateMs : pickLatencyMs();
    world.after(wayThereMs, () => {
      const result = arrives ? tryToAppend(log, batch) : null;
      clock.after(pickLatencyMs(), () => outcome.resolve(result));
    });
    if (fate === 'stray') clock.after(pickLatencyMs(), () => outcome.resolve(null));
    const result = await outcome.promise;
    if (result instanceof OutOfOrderSequence) {
      this.renew();
      throw new WriteFailed(result.message, { maybeWritten: false, repeatable: true });
    }
    if (result === null || fate === 'reply lost') {
      throw new WriteFailed(fate, { maybeWritten: !isRefused, repeatable: fate !== 'refused for good' });
    }
    this.#nextSequence = batch.firstSequence + records.length;
    return result;
  }
}

function tryToAppend(log: SimulatedLog, batch: ProducedBatch): bigint | OutOfOrderSequence {
  try {
    return log.append(batch);
  } catch (error) {
    if (error instanceof OutOfOrderSequence) return error;
    throw error;
  }
}
