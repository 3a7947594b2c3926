/**
 * The reader of chat.events against a real broker: whatever is missing, repeated or undecodable on the topic,
 * the hub gets every event once and in order.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '#platform/clock.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { createLogReader } from '#platform/kafka/log-reader.ts';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ensureTopics } from '#platform/kafka/topics.ts';
import { ChatEvent, LogRecord } from '#schema/generated/events.ts';
import { createOutcomes } from '../../subgraphs/chat/commands/outcomes.ts';
import { createEventFeed } from '../../subgraphs/chat/live/event-feed.ts';
import { EventHub } from '../../subgraphs/chat/live/event-hub.ts';
import type { MessageStore } from '../../subgraphs/chat/message-store.ts';
import { until } from './until.ts';

const logger = pino({ level: 'silent' });
const conversationId = 'c';

function createEvent(logSeq: number): ChatEvent {
  const commandId = `command-${logSeq}`;
  return ChatEvent.fromPartial({
    conversationId,
    logSeq,
    eventSeq: logSeq,
    commandId,
    completesCommand: true,
  });
}

/** A store that holds the events 1 to `last` and can be away for some calls. */
function createStore(last: number, failures: number): MessageStore {
  let left = failures;
  const store: Partial<MessageStore> = {
    readInboxTop: async () => ({
      logEpoch: 'epoch',
      conversationIds: [],
      partitions: [{ partition: 0, logSeq: 2, firstLogSeq: 1 }],
    }),
    async *readLog({ afterLogSeq = 0 }) {
      left -= 1;
      if (left >= 0) throw new Error('the store is away');
      for (let logSeq = afterLogSeq + 1; logSeq <= last; logSeq += 1) yield { events: [createEvent(logSeq)] };
    },
  };
  return store as MessageStore;
}

async function startFeed(store: MessageStore) {
  const kafka = createKafka({
    brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
    clientId: 'test',
    logger,
  });
  const topic = `${process.env.KAFKA_TOPIC_PREFIX ?? ''}test.event-feed.${Date.now()}.${process.pid}`;
  await ensureTopics(kafka, [{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
  const hub = new EventHub();
  const seen: number[] = [];
  hub.watch(conversationId, ({ logSeq }) => seen.push(logSeq));
  const outcomes = createOutcomes({ waitersMax: 10 });
  const signal = new AbortController().signal;
  const feed = createEventFeed({
    openReader: (reading) => createLogReader({ kafka, topic, from: 'end', logger, ...reading }),
    store,
    hub,
    outcomes,
    clock: systemClock,
    logger,
    signal,
  });
  await until('the feed runs', () => feed.logEpoch() !== null && feed.healthy());
  const producer = createOrderedProducer({ kafka, logger });
  const send = (value: Buffer) => producer.send({ topic, partition: 0, key: conversationId, value });
  const publish = (logSeq: number) => {
    const record = LogRecord.encode({ record: { $case: 'event', value: createEvent(logSeq) } });
    return send(Buffer.from(record.finish()));
  };
  return {
    feed,
    seen,
    outcomes,
    send,
    publish,
    async [Symbol.asyncDispose]() {
      await producer[Symbol.asyncDispose]();
      await feed[Symbol.asyncDispose]();
    },
  };
}

test('what was there before, and what is repeated, is not dispatched', async () => {
  await using run = await startFeed(createStore(4, 0));
  for (const logSeq of [1, 2, 3, 3, 2, 4, 1]) await run.publish(logSeq);
  await until('all seen', () => run.seen.length >= 2);
  await run.send(Buffer.from('garbage'));
  await run.publish(5);
  await until('the end', () => run.seen.includes(5));
  assert.deepEqual(run.seen, [3, 4, 5]);
});

test('a hole on the topic is read from the store before anything goes on, also when that takes long', async () => {
  await using run = await startFeed(createStore(6, 2));
  using expected = run.outcomes.expect('command-4');
  await run.publish(3);
  await run.publish(6);
  await run.publish(7);
  await until('all seen', () => run.seen.includes(7));
  assert.deepEqual(run.seen, [3, 4, 5, 6, 7]);
  assert.equal((await expected.outcome).kind, 'applied');
});

test('an event that the store does not have is passed over, and what follows arrives', async () => {
  await using run = await startFeed(createStore(4, 0));
  for (const logSeq of [3, Number.MAX_SAFE_INTEGER, 9, 4, 5]) await run.publish(logSeq);
  await until('the end', () => run.seen.includes(5));
  assert.deepEqual(run.seen, [3, 4, 5]);
});
