/**
 * PERSIST 1/3 against a real broker and a message store in memory, served by real gRPC: commands are applied once and their events
 * reach chat.events in order, whatever fails between.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerError, Status } from 'nice-grpc';
import { createGrpcConnection } from '#platform/grpc/client.ts';
import type { GrpcServer } from '#platform/grpc/server.ts';
import { startGrpcServer } from '#platform/grpc/server.ts';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ensureTopics } from '#platform/kafka/topics.ts';
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
import { brokerAddress, connect, createTopic, logger, readAll, until } from './broker.ts';
import { FaultyLink, produceKey } from './faulty-link.ts';

const internalKey = 'k'.repeat(32);
const partitions = 2;

/** The store's contract without a database: fencing, offsets, dense numbers. Each command becomes one event named after it. */
class MemoryStore {
  readonly applied: string[] = [];
  topicId = '';
  /** How often another topic was refused. */
  refusals = 0;
  /** Decides, per Append, whether it fails before it is applied, after it, or not. */
  fate: () => 'ok' | 'before' | 'after' = () => 'ok';
  readonly #events = new Map<number, ChatEvent[]>();
  readonly #progress = new Map<number, { ownerEpoch: number; nextOffset: number }>();

  findEvents(partition: number): ChatEvent[] {
    const events = this.#events.get(partition) ?? [];
    this.#events.set(partition, events);
    return events;
  }

  findProgress(partition: number): { ownerEpoch: number; nextOffset: number } {
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
    progress.nextOffset = (records.at(-1)?.offset ?? progress.nextOffset - 1) + 1;
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
  startIngest(address?: string): Ingest;
  sendCommands(from: number, count: number): Promise<void>;
  /** Every command once, in the store and, repeats dropped by number, densely in chat.events. */
  assertComplete(count: number): Promise<void>;
}

async function createWorld(purpose: string): Promise<World> {
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
      await assertPublished(store, eventsTopic);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** As a reader sees it: events at or below the last number are dropped, and no number may be missing. */
async function assertPublished(store: MemoryStore, topic: string): Promise<void> {
  let problem = 'nothing read';
  for (let tries = 0; tries < 100 && problem !== ''; tries++) {
    problem = findProblem(store, await readAll(topic));
  }
  assert.equal(problem, '');
}

function findProblem(store: MemoryStore, log: Awaited<ReturnType<typeof readAll>>): string {
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

test('ingest', async (t) => {
  await t.test('applies and publishes in order', async () => {
    await using world = await createWorld('plain');
    const ingest = world.startIngest();
    await world.sendCommands(0, 2_000);
    await world.assertComplete(2_000);
    assert.equal(ingest.healthy(), true);
  });

  await t.test('a store that fails before and after its commit', async () => {
    await using world = await createWorld('store-fails');
    let calls = 0;
    world.store.fate = () => (['ok', 'before', 'ok', 'after'] as const)[calls++ % 4] ?? 'ok';
    world.startIngest();
    for (let round = 0; round < 8; round++) await world.sendCommands(round * 100, 100);
    await world.assertComplete(800);
  });

  await t.test('two copies, one of which comes and goes', async () => {
    await using world = await createWorld('copies');
    world.startIngest();
    for (let round = 0; round < 3; round++) {
      await using _second = world.startIngest();
      await world.sendCommands(round * 500, 500);
      await until('half is applied', () => world.store.applied.length >= round * 500 + 250);
    }
    await world.assertComplete(1_500);
  });

  await t.test('lost replies and cut connections on the way to Kafka', async () => {
    await using world = await createWorld('kafka-fails');
    await using link = await FaultyLink.open(brokerAddress);
    let answers = 0;
    link.losesReply = (apiKey) => apiKey === produceKey && ++answers % 6 === 0;
    world.startIngest(link.address);
    for (let round = 0; round < 10; round++) {
      await world.sendCommands(round * 100, 100);
      await until('some are applied', () => world.store.applied.length >= round * 100 + 50);
      if (round % 3 === 2) link.reset();
    }
    await world.assertComplete(1_000);
    assert.ok(link.lostReplies > 0);
  });

  await t.test('stored events that were never published are published by the next owner', async () => {
    await using world = await createWorld('unpublished');
    await world.sendCommands(0, 100);
    {
      // As after kill -9 between commit and publish: applied, and nothing in the log.
      const store = world.store;
      for (let partition = 0; partition < partitions; partition++) {
        const records = Array.from({ length: 50 }, (_, offset) => ({
          offset,
          key: Buffer.from('cnv_a'),
          value: Buffer.from(String(offset * partitions + partition)),
        }));
        store.append({ topicId: '', partition, ownerEpoch: 0, expectedOffset: 0, records });
      }
    }
    world.startIngest();
    await world.assertComplete(100);
  });

  await t.test('a store that does not belong to the log is not written to, and health says so', async () => {
    await using world = await createWorld('mismatch');
    world.store.findProgress(0).nextOffset = 7;
    const ingest = world.startIngest();
    await world.sendCommands(0, 4);
    await until('the other partition is applied', () => world.store.applied.length === 2);
    assert.deepEqual(world.store.applied, ['1', '3']);
    assert.equal(ingest.healthy(), false);
    world.store.findProgress(0).nextOffset = 0;
    await world.assertComplete(4);
    await until('it is healthy again', () => ingest.healthy());
  });

  await t.test(
    'a topic made anew is refused, also when it has grown past the offset that was applied',
    async () => {
      await using world = await createWorld('made-anew');
      const ingest = world.startIngest();
      await world.sendCommands(0, 4);
      await world.assertComplete(4);
      const topic = world.commandsTopic;
      const admin = connect().admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [topic] });
      for (let isThere = true; isThere; ) isThere = (await admin.listTopics()).includes(topic);
      await admin.disconnect();
      await ensureTopics(connect(), [{ topic, partitions, replicationFactor: 1, config: {} }]);
      await using fresh = createOrderedProducer({ kafka: connect(), logger });
      for (let number = 0; number < 20; number += 1) {
        const value = Buffer.from(String(100 + number));
        await fresh.send({ topic, partition: number % partitions, key: 'cnv_a', value });
      }
      await until(
        'every partition is refused, again and again',
        () => world.store.refusals >= 3 * partitions,
      );
      assert.equal(ingest.healthy(), false);
    },
  );
});
