/**
 * Whatever is written to a topic, no process crashes, no partition stops, and the messages before, between and after it arrive once and
 * in order, live and in history. What was meant for chat.commands becomes a dead letter, on the other topics it is passed over.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { pino } from 'pino';
import { createKafka } from '#platform/kafka/client.ts';
import { ChatEvent, Command } from '#schema/generated/events.ts';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import type { Stream } from '#tests/harness/client.ts';
import { openStream, requestData } from '#tests/harness/client.ts';
import {
  createGroup,
  followConversation,
  inboxEventsDocument,
  messagesOf,
  readHistory,
  sendMessage,
} from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { readProcessLogs } from '#tests/harness/process-logs.ts';
import type { HostileRecord, Target } from './hostile-records.ts';
import {
  createHostileRecords,
  createStrayEvents,
  foreignWays,
  partitions,
  writeForeign,
  writeHostile,
} from './hostile-records.ts';

const conversationsMax = 12;
const recordsMin = 300;
const kafka = createKafka({
  brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
  clientId: 'tests',
  logger: pino({ level: 'silent' }),
});
let network: Network;
let database: pg.Client;

before(async () => {
  network = await startNetwork({ name: 'hostile' });
  database = new pg.Client({ connectionString: network.storageDatabaseUrl });
  await database.connect();
});
after(async () => {
  await database.end();
  await network[Symbol.asyncDispose]();
});

async function findPartition(conversationId: string): Promise<number> {
  const { rows } = await database.query<{ partition: number }>(
    'SELECT partition FROM conversation WHERE id = $1',
    [conversationId],
  );
  return rows[0]?.partition ?? -1;
}

async function readLastEvent({ conversationId }: Target): Promise<ChatEvent> {
  const { rows } = await database.query<{ event: Buffer }>(
    'SELECT event FROM conversation_event WHERE conversation_id = $1 ORDER BY event_seq DESC LIMIT 1',
    [conversationId],
  );
  return ChatEvent.decode(rows[0]?.event ?? Buffer.alloc(0));
}

async function countDeadLetters(): Promise<number> {
  const { rows } = await database.query<{ count: string }>('SELECT count(*) FROM dead_letter');
  return Number(rows[0]?.count);
}

/** Commands that could be meant, but stand under another key or in another partition; and one that is too long to keep. */
function createStrayCommands(sender: Account, [first, second]: readonly Target[]): HostileRecord[] {
  assert.ok(first !== undefined && second !== undefined);
  const command = Command.encode({
    commandId: randomUUID(),
    viewerId: sender.userId,
    conversationId: first.conversationId,
    issuedAtMs: Date.now(),
    body: { $case: 'updateConversation', value: { title: 'stolen' } },
  });
  const value = Buffer.from(command.finish());
  const key = Buffer.from(first.conversationId);
  const headers = {};
  return [
    { partition: first.partition, key: Buffer.from(second.conversationId), value, headers },
    { partition: first.partition, key: null, value, headers },
    { partition: (first.partition + 1) % partitions, key, value, headers },
    { partition: first.partition, key, value: randomBytes(2 * 1024 * 1024), headers },
  ];
}

interface Room extends Target {
  readonly live: Stream;
  readonly sent: string[];
}

/** Conversations until every partition has one, each followed by one person. */
async function openRooms(owner: Account, reader: Account): Promise<Room[]> {
  const rooms: Room[] = [];
  const isCovered = () => new Set(rooms.map(({ partition }) => partition)).size === partitions;
  for (let count = 0; !isCovered() && count < conversationsMax * partitions; count += 1) {
    const conversationId = await createGroup(network.gatewayUrl, owner, [reader]);
    const partition = await findPartition(conversationId);
    if (rooms.some((room) => room.partition === partition)) continue;
    const live = followConversation(network.gatewayUrls, reader, { conversationId });
    await live.waitFor('CaughtUp', (items) => items.length > 0);
    rooms.push({ conversationId, partition, live, sent: [] });
  }
  assert.ok(isCovered(), 'a partition has no conversation');
  return rooms;
}

async function sendEverywhere(rooms: readonly Room[], sender: Account, label: string): Promise<void> {
  await Promise.all(
    rooms.map(async ({ conversationId, sent }) => {
      for (let n = 1; n <= 3; n += 1) {
        const text = `${label} ${n}`;
        const answer = await sendMessage(network.gatewayUrl, sender, { conversationId, text });
        assert.equal(answer.__typename, 'SendMessageSuccess');
        sent.push(text);
      }
    }),
  );
}

/** Live, in history and in the inbox: every text once, in the order in which it was sent. */
async function assertEverythingArrived(
  rooms: readonly Room[],
  reader: Account,
  inbox: Stream,
): Promise<void> {
  const inboxTexts = (conversationId: string) =>
    inbox.items.flatMap(({ event }) => {
      const item = (event ?? {}) as { conversation?: { id: string }; message?: { text: string } };
      return item.message !== undefined && item.conversation?.id === conversationId
        ? [item.message.text]
        : [];
    });
  for (const { conversationId, live, sent } of rooms) {
    await live.waitFor('everything sent', () => messagesOf(live).length >= sent.length);
    await inbox.waitFor('everything sent', () => inboxTexts(conversationId).length >= sent.length);
    const history = await readHistory(network.gatewayUrl, reader, conversationId);
    const seen = [messagesOf(live), history].map((messages) => messages.map(({ text }) => text));
    assert.deepEqual([...seen, inboxTexts(conversationId)], [sent, sent, sent]);
  }
}

test('records that are not ours stop nothing and nobody', async (t) => {
  const url = network.gatewayUrl;
  const [ada, linus, grace] = await Promise.all(
    ['Ada', 'Linus', 'Grace'].map((name) => signUp(network, name)),
  );
  assert.ok(ada !== undefined && linus !== undefined && grace !== undefined);
  const follow = (document: string, viewer: Account, variables: Record<string, unknown>) =>
    openStream({ urls: [url], document, variables, token: () => viewer.accessToken, reconnect: false });
  await using inbox = openStream({
    urls: [url],
    document: inboxEventsDocument,
    variables: { after: null },
    token: () => linus.accessToken,
  });
  await inbox.waitFor('caught up', (items) => items.length > 0);
  const rooms = await openRooms(ada, linus);
  const [first] = rooms;
  assert.ok(first !== undefined);
  const { conversationId } = first;
  const typing =
    'subscription($conversationId: ID!) { item: typing(conversationId: $conversationId) { __typename typing } }';
  await using typings = follow(typing, linus, { conversationId });
  await using revoked = follow(inboxEventsDocument, grace, { after: null });
  await revoked.waitFor('caught up', (items) => items.length > 0);
  const pids = () => [...network.processes.values()].map((one) => one.pid());
  const pidsBefore = pids();
  await sendEverywhere(rooms, ada, 'before');

  const commands = [...createHostileRecords(partitions, first), ...createStrayCommands(ada, rooms)];
  const events = [
    ...createHostileRecords(partitions, first),
    ...createStrayEvents(await readLastEvent(first), rooms.slice(1)),
  ];
  const single = createHostileRecords(1, first);
  const batches = [
    { topic: 'chat.commands', records: commands },
    { topic: 'chat.events', records: events },
    { topic: 'chat.signals', records: single },
    { topic: 'auth.events', records: single },
  ];
  const written = batches.reduce((sum, { records }) => sum + records.length, 0);
  assert.ok(written >= recordsMin, `only ${written} records`);
  t.diagnostic(`${written} hostile records`);
  const writing = batches.map(({ topic, records }) =>
    writeHostile(kafka, `${network.topicPrefix}${topic}`, records),
  );
  await sendEverywhere(rooms, ada, 'between');
  assert.deepEqual(await Promise.all(writing), [null, null, null, null]);
  const long = [{ partition: 0, key: null, value: randomBytes(2 * 1024 * 1024), headers: {} }];
  for (const topic of ['chat.events', 'chat.signals', 'auth.events']) {
    assert.equal(await writeHostile(kafka, `${network.topicPrefix}${topic}`, long), 'MESSAGE_TOO_LARGE');
  }
  await sendEverywhere(rooms, ada, 'after');
  const foreign = commands.slice(0, 2 * partitions);
  await writeForeign(kafka, `${network.topicPrefix}chat.commands`, foreign);
  await writeForeign(kafka, `${network.topicPrefix}chat.events`, foreign);
  for (const topic of ['chat.signals', 'auth.events']) {
    await writeForeign(kafka, `${network.topicPrefix}${topic}`, single.slice(0, 2));
  }
  await sendEverywhere(rooms, ada, 'after foreign writers');
  await assertEverythingArrived(rooms, linus, inbox);
  const deadLetters = commands.length + foreignWays * foreign.length;
  assert.equal(await countDeadLetters(), deadLetters);
  await network.waitUntilReady();
  assert.deepEqual(pids(), pidsBefore, 'a process was started again');

  await requestData(url, 'mutation($id: ID!) { setTyping(conversationId: $id, typing: true) { accepted } }', {
    variables: { id: conversationId },
    token: ada.accessToken,
  });
  await typings.waitFor('who is typing', (items) => items.some((item) => item.typing === true));
  await requestData(url, 'mutation { logout { accepted } }', { token: grace.accessToken });
  await revoked.ended;

  // Whoever gets the partitions next finds all of it at the end of the log.
  for (const name of ['storage', 'chat']) await network.kill(name);
  await network.waitUntilReady();
  await sendEverywhere(rooms, ada, 'restarted');
  await assertEverythingArrived(rooms, linus, inbox);
  assert.equal(await countDeadLetters(), deadLetters);
  const fatal = [...readProcessLogs(network)].filter(([, text]) => /"level":60/.test(text));
  assert.deepEqual(fatal, []);
  for (const { live } of rooms) await live[Symbol.asyncDispose]();
});
