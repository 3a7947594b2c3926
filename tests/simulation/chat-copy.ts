/**
 * A copy of the chat process: the real command bus, outcomes, feed, hub and event streams on the simulated log and store. Its clients reach
 * it over a link that takes a while; a subscription holds one item in flight, and the next is sent when the client has asked for it.
 */
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { pause } from '#platform/clock.ts';
import type { LogReader, LogReaderOptions, LogRecord } from '#platform/kafka/log-reader.ts';
import { ProduceRefused } from '#platform/kafka/produce-lane.ts';
import type { CommandBus, NewCommand } from '../../subgraphs/chat/commands/command-bus.ts';
import { createCommandBus } from '../../subgraphs/chat/commands/command-bus.ts';
import type { Outcome } from '../../subgraphs/chat/commands/outcomes.ts';
import { createOutcomes } from '../../subgraphs/chat/commands/outcomes.ts';
import type { LiveParts } from '../../subgraphs/chat/live/conversation-source.ts';
import { createEventFeed } from '../../subgraphs/chat/live/event-feed.ts';
import { EventHub } from '../../subgraphs/chat/live/event-hub.ts';
import type { StreamItem } from '../../subgraphs/chat/live/event-stream.ts';
import { createEventStream } from '../../subgraphs/chat/live/event-stream.ts';
import type { BufferLimits } from '../../subgraphs/chat/live/live-buffer.ts';
import type { Cluster } from './cluster.ts';
import { partitions } from './cluster.ts';
import type { Cursor, Produced } from './history.ts';
import type { Lane, Parts, Subscriber } from './parts.ts';
import { partitionOf } from './people.ts';
import { readPushed } from './pushed-reader.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { createStoreClient } from './store-client.ts';

export interface ChatCopyOptions {
  readonly cluster: Cluster;
  readonly parts: Parts;
  /** Gets what the producer says of each command. */
  readonly produced: Produced[];
}

export interface Subscription extends Subscriber {
  readonly after: Cursor | null;
  readonly limits: BufferLimits;
}

/** The client's end of a subscription. */
export interface StreamClient {
  onItem(item: StreamItem): void;
  /** `code` of the error, 'CONNECTION_LOST', or null when the stream is complete. */
  onEnd(code: string | null): void;
}

export interface Connection {
  /** Asks for the next item. */
  take(): void;
  close(): void;
}

/** An outcome, null for a command that was accepted, or the code of an error. */
export type CommandAnswer = Outcome | null | { readonly kind: 'error'; readonly code: string };

const logger = pino({ level: 'silent' });
const epochCheckMs = 5_000;
const outcomeDeadlineMs = 5_000;
const retryMs = 10_000;

export class ChatCopy {
  readonly process: SimulatedProcess;
  readonly #cluster: Cluster;
  readonly #parts: Parts;
  readonly #live: LiveParts;
  readonly #bus: CommandBus;
  readonly #clients = new Set<StreamClient>();

  constructor({ cluster, parts, produced }: ChatCopyOptions) {
    this.#cluster = cluster;
    this.#parts = parts;
    const process = new SimulatedProcess(cluster.clock);
    this.process = process;
    const store = createStoreClient(cluster, process);
    const hub = new EventHub();
    const outcomes = createOutcomes({ waitersMax: 100 });
    const feed = createEventFeed({
      openReader: (reading) => openReader(cluster, process, reading),
      store,
      hub,
      outcomes,
      clock: process,
      logger,
      signal: new AbortController().signal,
    });
    this.#live = { store, hub, feed };
    const lanes = Array.from({ length: partitions }, (_, partition) =>
      parts.createLane({ cluster, process, topic: 'commands', partition }),
    );
    this.#bus = createCommandBus({
      producer: { send: ({ partition, value, key }) => send({ lanes, produced }, { partition, value, key }) },
      topic: 'chat.commands',
      routes: { find: async (id) => partitionOf(id), choose: async (id) => partitionOf(id) },
      outcomes,
      isListening: () => feed.logEpoch() !== null,
      deadlineMs: outcomeDeadlineMs,
      clock: process,
    });
    this.#watchEpoch();
  }

  /** As live/epoch-watch.ts does. */
  #watchEpoch(): void {
    this.process.after(epochCheckMs, () => {
      this.#live.feed.noteEpoch(this.#cluster.store.logEpoch);
      this.#watchEpoch();
    });
  }

  /** Whether every event of the store has been handed to the streams. */
  isUpToDate(): boolean {
    const { store } = this.#cluster;
    return store.tables.partitions.every(
      ({ events }, partition) => this.#live.hub.lastLogSeq(partition) === events.length,
    );
  }

  kill(): void {
    this.process.kill();
    for (const client of this.#clients) this.#toClient(() => client.onEnd('CONNECTION_LOST'));
    this.#clients.clear();
  }

  /** Does not resolve when the process dies before it has answered. */
  command(command: NewCommand, waitsForOutcome: boolean): Promise<CommandAnswer> {
    const { promise, resolve } = Promise.withResolvers<CommandAnswer>();
    const refuse = () => resolve({ kind: 'error', code: 'SERVICE_UNAVAILABLE' });
    this.#toProcess(refuse, () => {
      const answered = waitsForOutcome ? this.#bus.submit(command) : this.#bus.accept(command);
      const tell = (answer: CommandAnswer) => this.#toClient(() => resolve(answer));
      answered.then(tell, (error: unknown) => tell({ kind: 'error', code: codeOf(error) }));
    });
    return promise;
  }

  subscribe(subscription: Subscription, client: StreamClient): Connection {
    const outlet = Promise.withResolvers<AsyncIterator<StreamItem, undefined>>();
    this.#clients.add(client);
    const end = (code: string | null) => {
      if (this.#clients.delete(client)) this.#toClient(() => client.onEnd(code));
    };
    const fail = (error: unknown) => end(codeOf(error));
    const lose = () => end('CONNECTION_LOST');
    this.#toProcess(lose, () => this.#open(subscription).then(outlet.resolve, outlet.reject));
    outlet.promise.catch(fail);
    return {
      take: () =>
        this.#toProcess(lose, async () => {
          try {
            const result = await (await outlet.promise).next();
            if (result.done === true) end(null);
            else this.#toClient(() => client.onItem(result.value));
          } catch (error) {
            fail(error);
          }
        }),
      close: () =>
        this.#toProcess(lose, () => {
          this.#clients.delete(client);
          outlet.promise.then(
            (stream) => stream.return?.(),
            () => undefined,
          );
        }),
    };
  }

  async #open({ after, limits, ...subscriber }: Subscription): Promise<AsyncIterator<StreamItem, undefined>> {
    if (this.#live.feed.logEpoch() === null)
      throw new GraphQLError('', { extensions: { code: 'SERVICE_UNAVAILABLE' } });
    const { outlet, open } = createEventStream({
      source: this.#parts.createSource(this.#live, subscriber),
      after,
      limits: { ...limits, retryMs },
      clock: this.process,
      toPayload: (item) => item,
    });
    await open();
    return readPushed(outlet);
  }

  /** `onDead`: the connection is refused. */
  #toProcess(onDead: () => void, act: () => unknown): void {
    const { clock, pickLatencyMs } = this.#cluster;
    clock.after(pickLatencyMs(), () =>
      this.process.isDead ? onDead() : this.process.receive(() => void act()),
    );
  }

  #toClient(act: () => void): void {
    const { clock, pickLatencyMs } = this.#cluster;
    clock.after(pickLatencyMs(), act);
  }
}

function codeOf(error: unknown): string {
  return error instanceof GraphQLError ? String(error.extensions.code) : String(error);
}

/** Sends a command and notes what became of it. */
async function send(
  { lanes, produced }: { readonly lanes: readonly Lane[]; readonly produced: Produced[] },
  record: { readonly partition: number; readonly value: Buffer; readonly key: Buffer | string | null },
): Promise<{ readonly offset: bigint }> {
  const { partition, value, key } = record;
  const lane = lanes[partition];
  if (lane === undefined) throw new Error(`there is no partition ${partition}`);
  const noted: Produced = { partition, value, answer: null };
  produced.push(noted);
  try {
    const offset = await lane.send({ key, value });
    noted.answer = { kind: 'acknowledged', offset: Number(offset) };
    return { offset };
  } catch (error) {
    noted.answer = { kind: error instanceof ProduceRefused ? 'refused' : 'unknown' };
    throw error;
  }
}

const deliveryRecordsMax = 5;
const deliveryPauseMs = 2_000;

/** chat.events from its end on, as log-reader reads it: every partition in order, one delivery at a time. */
function openReader(
  cluster: Cluster,
  process: SimulatedProcess,
  { onBatch, signal }: Pick<LogReaderOptions, 'onBatch' | 'signal'>,
): LogReader {
  let delivery: Promise<void> = Promise.resolve();

  async function deliver(records: readonly LogRecord[]): Promise<void> {
    for (;;) {
      try {
        await onBatch(records);
        return;
      } catch {
        await pause(process, deliveryPauseMs, signal);
      }
    }
  }

  async function read(partition: number, from: number): Promise<void> {
    const log = cluster.log('events', partition);
    for (let next = from; ; ) {
      await log.reaches(next, signal);
      await pause(process, cluster.pickLatencyMs(), signal);
      const records = log.read(partition, next, next + cluster.random.between(1, deliveryRecordsMax));
      delivery = delivery.then(() => deliver(records));
      await delivery;
      next = Math.max(next, log.start) + records.length;
    }
  }

  async function start(): Promise<void> {
    await pause(process, cluster.pickLatencyMs(), signal);
    for (let partition = 0; partition < partitions; partition += 1) {
      void read(partition, cluster.log('events', partition).end);
    }
  }

  const ready = start();
  return { ready, caughtUp: ready, healthy: () => true, [Symbol.asyncDispose]: async () => undefined };
}
