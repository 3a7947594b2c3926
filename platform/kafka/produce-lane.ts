/**
 * One partition's queue of records on their way to Kafka: pure state and time, no socket, so that it can be simulated. SEND and PERSIST stand on it.
 * One write is in flight at a time, repeats included; what arrives meanwhile joins the next batch. Called by ordered-producer, calls a PartitionWriter.
 */
import type { Clock } from '#platform/clock.ts';
import type { WireRecord } from './cluster.ts';

/** The record was surely not written and will not be. */
export class ProduceRefused extends Error {
  override readonly name = 'ProduceRefused';
}
/** The record may have been written, or may still be. */
export class ProduceUnknown extends Error {
  override readonly name = 'ProduceUnknown';
}

/** Why one attempt to write a batch failed. */
export class WriteFailed extends Error {
  override readonly name = 'WriteFailed';
  /** False only when the broker surely has not written the batch in this attempt. */
  readonly maybeWritten: boolean;
  /** Whether another attempt can succeed. */
  readonly repeatable: boolean;
  constructor(
    message: string,
    { maybeWritten, repeatable, cause }: { maybeWritten: boolean; repeatable: boolean; cause?: unknown },
  ) {
    super(message, { cause });
    this.maybeWritten = maybeWritten;
    this.repeatable = repeatable;
  }
}

/** Writes one batch, once, now; resolves to the offset of its first record. Rejects with WriteFailed. */
export type Write = (records: readonly WireRecord[]) => Promise<bigint>;

/** The way to one partition. A batch written again after `maybeWritten` is recognised by the broker, until `renew`. */
export interface PartitionWriter {
  /** Finds the leader and whatever else a write needs; no record has left when it rejects. */
  prepare(): Promise<Write>;
  /** Takes a new identity: what was written before can't be mistaken for what comes now. */
  renew(): void;
}

export interface LaneLimits {
  /** From `send` to the answer. */
  readonly deadlineMs: number;
  readonly batchRecordsMax: number;
  readonly batchBytesMax: number;
  readonly queueRecordsMax: number;
  readonly queueBytesMax: number;
}

interface Entry {
  readonly record: WireRecord;
  readonly bytes: number;
  readonly deadlineAt: number;
  readonly resolve: (offset: bigint) => void;
  readonly reject: (error: ProduceRefused | ProduceUnknown) => void;
  settled: boolean;
}

const backoffFirstMs = 25;
const backoffLastMs = 1_000;
/** Length, offset and timestamp deltas, header count: an upper bound of what the wire format adds to a record. */
const recordOverheadBytes = 64;

export interface LaneOptions {
  readonly writer: PartitionWriter;
  readonly clock: Clock;
  readonly limits: LaneLimits;
  /** Told of failed attempts, for the log. */
  readonly onFailedAttempt: (error: unknown, attempt: number) => void;
}

export class ProduceLane {
  readonly #options: LaneOptions;
  #waiting: Entry[] = [];
  /** The batch being written. It keeps its content while the broker may have it. */
  #flight: Entry[] = [];
  #flightMaybeWritten = false;
  #lastOffset = -1n;
  #queuedRecords = 0;
  #queuedBytes = 0;
  #running = false;
  #closed = false;
  #cancelExpiry: (() => void) | null = null;
  #failedAttempts = 0;
  #idle: (() => void)[] = [];

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Resolves to the record's offset once all in-sync replicas have it. Rejects with ProduceRefused or ProduceUnknown within the deadline. */
  send(record: WireRecord): Promise<bigint> {
    const { limits, clock } = this.#options;
    const bytes = sizeOf(record);
    if (this.#closed) return Promise.reject(new ProduceRefused('the producer is closing'));
    if (bytes > limits.batchBytesMax)
      return Promise.reject(
        new ProduceRefused(`the record has ${bytes} bytes, above ${limits.batchBytesMax}`),
      );
    if (this.#queuedRecords >= limits.queueRecordsMax || this.#queuedBytes + bytes > limits.queueBytesMax) {
      return Promise.reject(new ProduceRefused('the queue of the partition is full'));
    }
    const { promise, resolve, reject } = Promise.withResolvers<bigint>();
    this.#waiting.push({
      record,
      bytes,
      deadlineAt: clock.now() + limits.deadlineMs,
      resolve,
      reject,
      settled: false,
    });
    this.#queuedRecords += 1;
    this.#queuedBytes += bytes;
    this.#armExpiry();
    if (!this.#running) void this.#run();
    return promise;
  }

  /** Refuses what comes from now on and resolves when everything sent before has its answer. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#cancelExpiry?.();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#hasWork()) {
      try {
        await this.#attempt();
        this.#failedAttempts = 0;
      } catch (error) {
        await this.#recover(error);
      }
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Also lets go of a batch nobody waits for any more: under a new identity, or the next batch could be taken for it. */
  #hasWork(): boolean {
    if (this.#flight.length > 0 && this.#flight.every(({ settled }) => settled)) {
      this.#options.writer.renew();
      this.#endFlight();
    }
    return this.#flight.length > 0 || this.#waiting.length > 0;
  }

  async #attempt(): Promise<void> {
    const write = await this.#options.writer.prepare();
    if (this.#flight.length === 0) this.#flight = this.#takeBatch();
    if (this.#flight.length === 0) return;
    const baseOffset = await write(this.#flight.map(({ record }) => record));
    if (baseOffset <= this.#lastOffset) {
      const problem = `acknowledged at offset ${baseOffset}, not above ${this.#lastOffset}`;
      // Either the broker took this batch for an older one or its log has shrunk; in both cases the records are not known to be there.
      // Under a new identity it can't be taken for another, so that what is acknowledged next says where the log is now.
      this.#options.writer.renew();
      this.#lastOffset = -1n;
      throw new WriteFailed(problem, { maybeWritten: true, repeatable: true });
    }
    this.#lastOffset = baseOffset + BigInt(this.#flight.length - 1);
    for (const [index, entry] of this.#flight.entries())
      this.#settle(entry, () => entry.resolve(baseOffset + BigInt(index)));
    this.#endFlight();
  }

  async #recover(error: unknown): Promise<void> {
    this.#failedAttempts += 1;
    this.#options.onFailedAttempt(error, this.#failedAttempts);
    if (this.#flight.length > 0) this.#judgeFlight(error);
    if (this.#flight.length === 0 && this.#waiting.length === 0) return;
    const { clock } = this.#options;
    const backoffMs = Math.min(backoffLastMs, backoffFirstMs * 2 ** (this.#failedAttempts - 1));
    await new Promise<void>((resolve) => void clock.after(backoffMs, resolve));
  }

  #judgeFlight(error: unknown): void {
    const failure = error instanceof WriteFailed ? error : null;
    this.#flightMaybeWritten ||= failure?.maybeWritten ?? true;
    if (failure?.repeatable === false) {
      const reason = `Kafka refuses the record: ${failure.message}`;
      const flight = this.#flight;
      const answer = this.#flightMaybeWritten ? new ProduceUnknown(reason) : new ProduceRefused(reason);
      if (this.#flightMaybeWritten) this.#options.writer.renew();
      this.#endFlight();
      for (const entry of flight) this.#settle(entry, () => entry.reject(answer));
    } else if (!this.#flightMaybeWritten) {
      this.#waiting.unshift(...this.#flight.filter(({ settled }) => !settled));
      this.#endFlight();
    }
  }

  #endFlight(): void {
    this.#flight = [];
    this.#flightMaybeWritten = false;
  }

  #takeBatch(): Entry[] {
    const { batchRecordsMax, batchBytesMax } = this.#options.limits;
    let count = 0;
    let bytes = 0;
    for (const entry of this.#waiting) {
      if (count === batchRecordsMax || bytes + entry.bytes > batchBytesMax) break;
      count += 1;
      bytes += entry.bytes;
    }
    return this.#waiting.splice(0, count);
  }

  /** One timer for the oldest record: all have the same time to live, so they expire in order. */
  #armExpiry(): void {
    if (this.#cancelExpiry !== null) return;
    const oldest = this.#flight.find(({ settled }) => !settled) ?? this.#waiting[0];
    if (oldest === undefined) return;
    this.#cancelExpiry = this.#options.clock.after(
      Math.max(0, oldest.deadlineAt - this.#options.clock.now()),
      () => {
        this.#cancelExpiry = null;
        this.#expire();
        this.#armExpiry();
      },
    );
  }

  #expire(): void {
    const now = this.#options.clock.now();
    const { deadlineMs } = this.#options.limits;
    for (const entry of this.#flight) {
      if (entry.deadlineAt <= now)
        this.#settle(entry, () =>
          entry.reject(new ProduceUnknown(`no acknowledgement within ${deadlineMs} ms`)),
        );
    }
    let expired = 0;
    for (const entry of this.#waiting) {
      if (entry.deadlineAt > now) break;
      this.#settle(entry, () => entry.reject(new ProduceRefused(`not sent within ${deadlineMs} ms`)));
      expired += 1;
    }
    this.#waiting.splice(0, expired);
  }

  #settle(entry: Entry, answer: () => void): void {
    if (entry.settled) return;
    entry.settled = true;
    this.#queuedRecords -= 1;
    this.#queuedBytes -= entry.bytes;
    answer();
  }
}

function sizeOf({ key, value, headers }: WireRecord): number {
  let bytes = recordOverheadBytes + value.length + (key === null ? 0 : Buffer.byteLength(key));
  for (const [name, content] of Object.entries(headers ?? {}))
    bytes += name.length + Buffer.byteLength(content) + 10;
  return bytes;
}
