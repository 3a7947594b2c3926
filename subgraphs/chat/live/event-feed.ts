/**
 * LIVE 1/2: the one reader of chat.events in this process. Decodes each record once, makes every partition's
 * events dense (a hole is read from the store before anything goes on), hands events to the hub and outcomes
 * to the mutations that wait. Made by chat.ts.
 */
import type { Clock } from '#platform/clock.ts';
import { pause } from '#platform/clock.ts';
import { reachFailPoint } from '#platform/fail-points.ts';
import type { LogRecord as KafkaRecord, LogReader, LogReaderOptions } from '#platform/kafka/log-reader.ts';
import type { Logger } from '#platform/logger.ts';
import { ChatEvent } from '#schema/generated/events.ts';
import { readLogRecord } from '#schema/log-records.ts';
import type { Outcomes } from '../commands/outcomes.ts';
import type { MessageStore } from '../message-store.ts';
import type { EventHub } from './event-hub.ts';

export interface EventFeedOptions {
  /** Begins to read chat.events at its end. */
  readonly openReader: (reading: Pick<LogReaderOptions, 'onBatch' | 'signal'>) => LogReader;
  readonly store: Pick<MessageStore, 'readInboxTop' | 'readLog'>;
  readonly hub: EventHub;
  readonly outcomes: Outcomes;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface EventFeed extends AsyncDisposable {
  /** Identity of the log, or null until the feed runs: no stream may start and no command be sent before. */
  logEpoch(): string | null;
  /**
   * The store has told a stream of this epoch: another one than the feed's means that the log was replaced.
   */
  noteEpoch(logEpoch: string): void;
  healthy(): boolean;
}

const retryFirstMs = 100;
const retryLastMs = 2_000;
const refillTriesMax = 5;

/** Starts reading at once. */
export function createEventFeed(options: EventFeedOptions): EventFeed {
  return new Feed(options);
}

class Feed implements EventFeed {
  readonly #options: EventFeedOptions;
  readonly #stopping = new AbortController();
  readonly #signal: AbortSignal;
  readonly #reader: LogReader;
  #logEpoch: string | null = null;
  #started: Promise<void>;
  #isRefilling = false;

  constructor(options: EventFeedOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stopping.signal]);
    this.#reader = options.openReader({
      onBatch: (records) => this.#take(records),
      signal: this.#signal,
    });
    this.#started = this.#reader.ready.then(() => this.#readBaseline());
    this.#started.catch((error: unknown) =>
      options.logger.debug({ err: error }, 'the event feed did not start'),
    );
  }

  logEpoch(): string | null {
    return this.#logEpoch;
  }

  noteEpoch(logEpoch: string): void {
    if (this.#logEpoch === null || this.#logEpoch === logEpoch) return;
    this.#options.logger.error({ before: this.#logEpoch, now: logEpoch }, 'the log was replaced');
    this.#logEpoch = null;
    this.#started = this.#readBaseline();
    this.#started.catch((error: unknown) =>
      this.#options.logger.debug({ err: error }, 'the event feed did not restart'),
    );
  }

  healthy(): boolean {
    return this.#logEpoch !== null && !this.#isRefilling && this.#reader.healthy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#reader[Symbol.asyncDispose]();
  }

  /**
   * Where the hub begins. Read after the reader's start is pinned: what was published before that is in the
   * store by now, so whoever reads a top from here on finds it below that top.
   */
  async #readBaseline(): Promise<void> {
    const top = await this.#untilItWorks('reading the top of the log', () =>
      this.#options.store.readInboxTop({ viewerId: '' }, { signal: this.#signal }),
    );
    this.#options.hub.restart(new Map(top.partitions.map(({ partition, logSeq }) => [partition, logSeq])));
    this.#logEpoch = top.logEpoch;
  }

  async #take(records: readonly KafkaRecord[]): Promise<void> {
    await this.#started;
    reachFailPoint('live.received');
    for (const record of records) await this.#takeRecord(record);
  }

  async #takeRecord(kafkaRecord: KafkaRecord): Promise<void> {
    const reading = readLogRecord(kafkaRecord);
    if (reading.kind === 'unusable') return this.#passOver(kafkaRecord, reading.reason);
    const { record } = reading;
    if (record.$case === 'outcome') return this.#options.outcomes.noteOutcome(record.value);
    const isKnown = await this.#takeEvent(record.value, kafkaRecord.value?.length ?? 0);
    if (!isKnown) this.#passOver(kafkaRecord, 'the store has no such event');
  }

  /** Nothing of ours wrote it. If it stands where an event should, the next one shows the hole. */
  #passOver({ partition, offset }: KafkaRecord, reason: string): void {
    this.#options.logger.error(
      { partition, offset: String(offset), reason },
      'a record that is not from the message store was passed over',
    );
  }

  /** False when it can't be from the store. */
  async #takeEvent(event: ChatEvent, bytes: number): Promise<boolean> {
    const { hub, outcomes } = this.#options;
    const last = hub.lastLogSeq(event.partition);
    if (event.logSeq > last + 1 && !(await this.#refill(event.partition, event.logSeq))) return false;
    if (event.logSeq > hub.lastLogSeq(event.partition)) hub.dispatch(event, bytes);
    outcomes.noteEvent(event);
    return true;
  }

  /** Dispatches from the store what comes before `logSeq`. False when the store's log does not reach that far. */
  async #refill(partition: number, logSeq: number): Promise<boolean> {
    const { hub, logger } = this.#options;
    logger.warn(
      { partition, after: hub.lastLogSeq(partition), before: logSeq },
      'events are missing, reading them from the store',
    );
    this.#isRefilling = true;
    try {
      for (let tries = 1; tries <= refillTriesMax; tries += 1) {
        const reading = () => this.#dispatchStored(partition, logSeq);
        const isReached = await this.#untilItWorks('reading missing events', reading);
        // An event is stored before it is published.
        if (!isReached) return false;
        if (hub.lastLogSeq(partition) >= logSeq - 1) return true;
        await this.#pause(retryFirstMs * tries);
      }
      logger.error(
        { partition, after: hub.lastLogSeq(partition), before: logSeq },
        'events are missing in the store too',
      );
      hub.breakInboxes('TOO_FAR_BEHIND');
      return true;
    } finally {
      this.#isRefilling = false;
    }
  }

  /** False when the store has neither this event nor a later one. */
  async #dispatchStored(partition: number, beforeLogSeq: number): Promise<boolean> {
    const { store, hub, outcomes } = this.#options;
    const stored = store.readLog(
      { partition, afterLogSeq: hub.lastLogSeq(partition) },
      { signal: this.#signal },
    );
    for await (const { events } of stored) {
      for (const event of events) {
        if (event.logSeq >= beforeLogSeq) return true;
        if (event.logSeq !== hub.lastLogSeq(partition) + 1) continue;
        hub.dispatch(event, ChatEvent.encode(event).finish().length);
        outcomes.noteEvent(event);
      }
    }
    return false;
  }

  async #untilItWorks<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        this.#signal.throwIfAborted();
        this.#options.logger.warn({ err: error, tries }, `${what} failed, trying again`);
        await this.#pause(Math.min(retryLastMs, retryFirstMs * 2 ** tries));
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await pause(this.#options.clock, ms, this.#signal);
    this.#signal.throwIfAborted();
  }
}
