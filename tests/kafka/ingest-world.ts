/**
 * What ingest is tested in: a real broker with topics of its own and a message store in memory, served by real gRPC. Called by the tests of ingest.
 */
import assert from 'node:assert/strict';
import { ServerError, Status } from 'nice-grpc';
import { createGrpcConnection } from '#platform/grpc/client.ts';
import type { GrpcServer } from '#platform/grpc/server.ts';
import { startGrpcServer } from '#platform/grpc/server.ts';
import type { LogRecord as KafkaRecord } from '#platform/kafka/log-reader.ts';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { digestCommand } from '#schema/command-digest.ts';
import type { ChatEvent } from '#schema/generated/events.ts';
import { LogRecord } from '#schema/generated/events.ts';
import type {
  AcquirePartitionRequest,
  AppendRequest,
  ReadLogRequest,
} from '#schema/generated/message_store.ts';
import { MessageStoreServiceDefinition } from '#schema/generated/message_store.ts';
import type { Ingest } from '../../subgraphs/storage/ingest/ingest.ts';
import { createIngest } from '../../subgraphs/storage/ingest/ingest.ts';
import { connect, createTopic, logger, readAll, until } from './broker.ts';

const publishedTimeoutMs = 30_000;
const internalKey = 'k'.repeat(32);

interface Progress {
  ownerEpoch: number;
  nextOffset: number;
  lastRecordDigest?: Buffer;
}

/** The store's contract without a database: fencing, offsets, dense numbers. Each command becomes one event named after it. */
class MemoryStore {
  readonly applied: string[] = [];
  /** When, in the order of `applied`; of performance.now(). */
  readonly appliedAt: number[] = [];
  topicId = '';
  /** How often another topic was refused. */
  refusals = 0;
  /** Decides, per Append, whether it fails before it is applied, after it, or not. */
  fate: () => 'ok' | 'before' | 'after' = () => 'ok';
  readonly #events = new Map<number, ChatEvent[]>();
  readonly #progress = new Map<number, Progress>();

  findEvents(partition: number): ChatEvent[] {
    const events = this.#events.get(partition) ?? [];
    this.#events.set(partition, events);
    return events;
  }

  findProgress(partition: number): Progress {
    const progress = this.#progress.get(partition) ?? { ownerEpoch: 0, nextOffset: 0 };
    this.#progress.set(partition, progress);
    return progress;
  }

  acquirePartition({ partition, topicId }: AcquirePartitionRequest) {
    if (this.topicId === '') this.topicId = topicId;
    if (topicId !== this.topicId) this.refusals += 1;
    if (topicId !== this.topicId) throw new ServerError(Status.FAILED_PRECONDITION, 'another log');
    const progress = this.findProgress(partition);
    progress.ownerEpoch += 1;
    return { ...progress, lastLogSeq: this.findEvents(partition).length };
  }

  append({ partition, ownerEpoch, expectedOffset, records }: AppendRequest) {
    const progress = this.findProgress(partition);
    const fate = this.fate();
    if (fate === 'before') throw new ServerError(Status.UNAVAILABLE, 'not now');
    if (ownerEpoch !== progress.ownerEpoch) throw new ServerError(Status.FAILED_PRECONDITION, 'fenced');
    if (expectedOffset !== progress.nextOffset)
      throw new ServerError(Status.FAILED_PRECONDITION, 'offsets do not match');
    const events = this.findEvents(partition);
    const added = records.map(({ value }, index): ChatEvent => {
      this.applied.push(value.toString());
      this.appliedAt.push(performance.now());
      const numbers = { eventSeq: events.length + index + 1, logSeq: events.length + index + 1, partition };
      const command = {
        commandId: value.toString(),
        completesCommand: true,
        actorId: 'usr_a',
        occurredAtMs: 1,
      };
      return { conversationId: 'cnv_a', ...numbers, ...command };
    });
    events.push(...added);
    const last = records.at(-1);
    if (last !== undefined) {
      progress.nextOffset = last.offset + 1;
      progress.lastRecordDigest = digestCommand(last);
    }
    if (fate === 'after') throw new ServerError(Status.UNAVAILABLE, 'the reply is lost');
    return {
      records: added.map((value) => ({ record: { $case: 'event' as const, value } })),
      nextOffset: progress.nextOffset,
      deadLetterCount: 0,
    };
  }

  async *readLog({ partition, afterLogSeq }: ReadLogRequest) {
    yield { events: this.findEvents(partition).slice(afterLogSeq) };
  }
}

/** The part of the service that ingest calls. */
const { acquirePartition, append, readLog } = MessageStoreServiceDefinition.methods;
const servedPart = { ...MessageStoreServiceDefinition, methods: { acquirePartition, append, readLog } };

function serve(store: MemoryStore): Promise<GrpcServer> {
  return startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    internalKey,
    logger,
    register: (server) =>
      server.add(servedPart, {
        acquirePartition: async (request) => store.acquirePartition(request),
        append: async (request) => store.append(request),
        readLog: (request) => store.readLog(request),
      }),
    toServerError: () => null,
  });
}

interface World extends AsyncDisposable {
  readonly store: MemoryStore;
  readonly commandsTopic: string;
  readonly eventsTopic: string;
  /** Of both topics. */
  readonly partitions: number;
  startIngest(address?: string): Ingest;
  sendCommands(from: number, count: number): Promise<void>;
  /** Every command once, in the store and, repeats dropped by number, densely in chat.events. */
  assertComplete(count: number): Promise<void>;
}

export async function createWorld(purpose: string, partitions = 2): Promise<World> {
  const stack = new AsyncDisposableStack();
  const store = new MemoryStore();
  const [commandsTopic, eventsTopic] = await Promise.all([
    createTopic(`${purpose}.commands`, partitions),
    createTopic(`${purpose}.events`, partitions),
  ]);
  const server = stack.use(await serve(store));
  const connection = stack.use(createGrpcConnection({ address: `127.0.0.1:${server.port}`, internalKey }));
  const commands = stack.use(createOrderedProducer({ kafka: connect(), logger }));
  return {
    store,
    commandsTopic,
    eventsTopic,
    partitions,
    startIngest(address) {
      const kafka = connect(address);
      const producer = stack.use(createOrderedProducer({ kafka, logger }));
      const client = connection.createClient(MessageStoreServiceDefinition);
      const { signal } = new AbortController();
      const topics = { commandsTopic, eventsTopic, groupId: `${commandsTopic}.group` };
      return stack.use(createIngest({ kafka, producer, store: client, ...topics, logger, signal }));
    },
    async sendCommands(from, count) {
      const numbers = Array.from({ length: count }, (_, index) => from + index);
      const send = (number: number) =>
        commands.send({
          topic: commandsTopic,
          partition: number % partitions,
          key: 'cnv_a',
          value: Buffer.from(String(number)),
        });
      await Promise.all(numbers.map(send));
    },
    async assertComplete(count) {
      const expected = Array.from({ length: count }, (_, index) => String(index));
      await until('all commands are applied', () => store.applied.length >= count, 30_000);
      assert.deepEqual(
        store.applied.toSorted((one, other) => Number(one) - Number(other)),
        expected,
      );
      await assertPublished(store, eventsTopic, partitions);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** As a reader sees it: events at or below the last number are dropped, and no number may be missing. */
async function assertPublished(store: MemoryStore, topic: string, partitions: number): Promise<void> {
  const giveUpAt = performance.now() + publishedTimeoutMs;
  let problem = 'nothing read';
  while (problem !== '' && performance.now() < giveUpAt) {
    problem = findProblem(store, await readAll(topic), partitions);
  }
  assert.equal(problem, '');
}

function findProblem(store: MemoryStore, log: readonly KafkaRecord[], partitions: number): string {
  for (let partition = 0; partition < partitions; partition++) {
    let last = 0;
    for (const { value } of log.filter((record) => record.partition === partition)) {
      const { record } = LogRecord.decode(value ?? Buffer.alloc(0));
      if (record?.$case !== 'event' || record.value.logSeq <= last) continue;
      if (record.value.logSeq !== last + 1) return `a hole in partition ${partition} after ${last}`;
      last = record.value.logSeq;
    }
    const stored = store.findEvents(partition).length;
    if (last !== stored) return `partition ${partition} ends at ${last} instead of ${stored}`;
  }
  return '';
}
