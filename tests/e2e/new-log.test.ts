/**
 * Kafka made anew, then Postgres restored from an older copy, then a log that lost its end and grew again, under running processes: each
 * is refused with an alarm and nothing is applied; after `npm run accept-new-log` sends go on, history is whole with dense numbers, and
 * old cursors are told that the log was replaced. The command itself takes traffic for no mismatch, and undoes what it was told in error.
 * Only chat.events made anew: nobody has to do anything.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import type { Kafka } from '#platform/kafka/client.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { ensureTopics } from '#platform/kafka/topics.ts';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { sendInBulk } from '#tests/harness/bulk-sends.ts';
import type { Stream } from '#tests/harness/client.ts';
import { errorCode, openStream, request } from '#tests/harness/client.ts';
import { runCommand } from '#tests/harness/command.ts';
import {
  createGroup,
  followConversation,
  inboxEventsDocument,
  messagesOf,
  readHistory,
  sendMessage,
  trySend,
} from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

const alarm = 'commands are NOT applied';
const waitMs = 60_000;
let network: Network;
let ada: Account;
let conversationId: string;
const sent: string[] = [];

before(async () => {
  network = await startNetwork({ name: 'newlog', copies: { storage: 2 } });
  ada = await signUp(network, 'Ada');
  conversationId = await createGroup(network.gatewayUrl, ada, []);
});
after(() => network[Symbol.asyncDispose]());

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + waitMs;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`waited ${waitMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const acceptNewLog = (...args: string[]) => runCommand(network, 'accept-new-log.ts', args);

function connectKafka(): Kafka {
  const brokers = (process.env.KAFKA_BROKERS ?? '').split(',');
  return createKafka({ brokers, clientId: 'tests', logger: pino({ level: 'silent' }) });
}

async function createTopics(...names: readonly string[]): Promise<void> {
  const specs = names.map((topic) => ({ topic, partitions: 6, replicationFactor: 1, config: {} }));
  await ensureTopics(connectKafka(), specs);
}

async function query(text: string, url = network.storageDatabaseUrl): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Statements of the superuser while nobody can connect to the database. */
async function whileClosed(statements: (name: string) => readonly string[]): Promise<void> {
  const name = new URL(network.storageDatabaseUrl).pathname.slice(1);
  const admin = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
  await admin.connect();
  try {
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    const ending = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
    await until('all connections to end', async () => (await admin.query(ending, [name])).rowCount === 0);
    for (const statement of statements(name)) await admin.query(statement);
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  } finally {
    await admin.end();
  }
}

async function makeAnew(name: string): Promise<void> {
  const topic = `${network.topicPrefix}${name}`;
  const admin = connectKafka().admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await until('the topic to be gone', async () => !(await admin.listTopics()).includes(topic));
  await admin.disconnect();
  await createTopics(topic);
}

async function sendSome(label: string): Promise<void> {
  for (let n = 1; n <= 3; n += 1) {
    const text = `${label} ${n}`;
    const answer = await sendMessage(network.gatewayUrl, ada, { conversationId, text });
    assert.equal(answer.__typename, 'SendMessageSuccess');
    sent.push(text);
  }
}

function openInbox(after: string | null): Stream {
  return openStream({
    urls: network.gatewayUrls,
    document: inboxEventsDocument,
    variables: { after },
    token: () => ada.accessToken,
    reconnect: false,
  });
}

/** A send that finds nobody to apply it: not a success, and nothing of it in the database. */
async function sendInVain(): Promise<Record<string, unknown>> {
  const input = { conversationId, clientMessageId: randomUUID(), text: 'in between' };
  const [before] = await query('SELECT count(*)::int AS count FROM message');
  assert.equal(await trySend(network.gatewayUrl, ada, input), null);
  await until('storage to be not ready', async () => {
    const processes = [...network.processes.values()].filter(({ kind }) => kind === 'storage');
    return (await Promise.all(processes.map((one) => one.isReady()))).some((isReady) => !isReady);
  });
  assert.deepEqual(await query('SELECT count(*)::int AS count FROM message'), [before]);
  return input;
}

/** Of what storage has logged. */
function findLines(text: string): string[] {
  return [...network.processes.values()]
    .filter(({ kind }) => kind === 'storage')
    .flatMap(({ logFile }) => readFileSync(logFile, 'utf8').split('\n'))
    .filter((line) => line.includes(text));
}

/** By the command: told first, then done; nothing is left to accept. */
async function accept(expected: RegExp): Promise<void> {
  const identity = await query('SELECT * FROM log_identity');
  const told = await acceptNewLog();
  assert.match(told.output, expected, told.errors);
  assert.deepEqual([told.code, /Nothing was changed/.test(told.errors)], [1, true]);
  assert.deepEqual(await query('SELECT * FROM log_identity'), identity);
  const done = await acceptNewLog('--yes');
  assert.equal(done.code, 0, done.errors);
  await network.waitUntilReady();
  assert.match((await acceptNewLog('--yes')).output, /nothing to accept/);
}

/** `inputs`: what was sent in vain. */
async function assertReplaced(
  live: Stream,
  inbox: Stream,
  inputs: readonly Record<string, unknown>[],
): Promise<void> {
  const replaced = { __typename: 'ResyncRequired', reason: 'LOG_REPLACED' };
  for (const stream of [live, inbox]) {
    const cursor = stream.items.findLast((item) => item.cursor !== undefined)?.cursor ?? null;
    // Nobody has asked the store for anything: chat has noticed by itself.
    await stream.waitFor('ResyncRequired', (items) => items.at(-1)?.__typename === 'ResyncRequired');
    assert.deepEqual(stream.items.at(-1), replaced);
    const variables = { conversationId, after: cursor };
    await using late =
      stream === inbox ? openInbox(cursor) : followConversation(network.gatewayUrls, ada, { ...variables });
    await late.waitFor('an answer', (items) => items.length > 0);
    assert.deepEqual(late.items, [replaced]);
    if (stream === inbox) continue;
    const document = `query($conversationId: ID!, $after: EventCursor) {
      conversationEvents(conversationId: $conversationId, after: $after, first: 1) { edges { cursor } } }`;
    const page = await request(network.gatewayUrl, document, { variables, token: ada.accessToken });
    assert.equal(errorCode(page), 'STALE');
  }
  for (const input of inputs) {
    await until('the send to be known', async () => {
      const answer = await trySend(network.gatewayUrl, ada, input);
      return answer?.__typename === 'SendMessageSuccess';
    });
    sent.push(String(input.text));
  }
  await sendSome('afterwards');
  const history = await readHistory(network.gatewayUrl, ada, conversationId);
  assert.deepEqual(
    history.map(({ seq, text }) => [seq, text]),
    sent.map((text, index) => [index + 1, text]),
  );
}

test('Kafka made anew', async () => {
  await using live = followConversation(network.gatewayUrls, ada, { conversationId, reconnect: false });
  await using inbox = openInbox(null);
  for (const stream of [live, inbox]) await stream.waitFor('caught up', (items) => items.length > 0);
  await sendSome('old log');
  assert.match((await acceptNewLog('--yes')).output, /nothing to accept/);
  await makeAnew('chat.commands');
  const input = await sendInVain();
  assert.ok(findLines(alarm).some((line) => line.includes('is not the log this store has applied')));
  await accept(/is now topic .*; the store has applied/);
  await assertReplaced(live, inbox, [input]);
});

test('Postgres restored from an older copy', async () => {
  const copy = 'older_copy';
  await whileClosed((name) => [`CREATE DATABASE ${name}_${copy} TEMPLATE ${name}`]);
  await network.waitUntilReady();
  await using live = followConversation(network.gatewayUrls, ada, { conversationId, reconnect: false });
  await using inbox = openInbox(null);
  for (const stream of [live, inbox]) await stream.waitFor('caught up', (items) => items.length > 0);
  await sendSome('not in the copy');
  await whileClosed((name) => [`DROP DATABASE ${name}`, `ALTER DATABASE ${name}_${copy} RENAME TO ${name}`]);
  const input = await sendInVain();
  assert.ok(findLines(alarm).some((line) => line.includes('the database is older than the log')));
  await accept(/are deleted: clients saw events the store does not have/);
  await assertReplaced(live, inbox, [input]);
});

test('the topic of the events made anew: they go on without a restart and without an alarm', async () => {
  const room = await createGroup(network.gatewayUrl, ada, []);
  // So many that no number of attempts would come to where the old topic ended.
  const past = Array.from({ length: 200 }, (_, n) => ({ conversationId: room, text: `past ${n}` }));
  await sendInBulk(network.gatewayUrls, ada, past);
  await until('all to be stored', async () => {
    return (await readHistory(network.gatewayUrl, ada, room)).length === past.length;
  });
  const pids = () => [...network.processes.values()].map((one) => one.pid());
  const [pidsBefore, alarmsBefore] = [pids(), findLines(alarm).length];
  await using live = followConversation(network.gatewayUrls, ada, { conversationId: room });
  await live.waitFor('caught up', (items) => items.length > 0);
  await makeAnew('chat.events');
  const texts = ['first', 'second', 'third'];
  for (const text of texts) {
    const input = { conversationId: room, clientMessageId: randomUUID(), text };
    await until('the send to be answered', async () => {
      return (await trySend(network.gatewayUrl, ada, input))?.__typename === 'SendMessageSuccess';
    });
  }
  await live.waitFor('all of them', () => messagesOf(live).length >= texts.length);
  assert.deepEqual(
    messagesOf(live).map(({ text }) => text),
    texts,
  );
  await network.waitUntilReady();
  assert.deepEqual([pids(), findLines(alarm).length], [pidsBefore, alarmsBefore]);
});

test('a log that lost its end and has grown past what was applied', async () => {
  await using live = followConversation(network.gatewayUrls, ada, { conversationId, reconnect: false });
  await using inbox = openInbox(null);
  for (const stream of [live, inbox]) await stream.waitFor('caught up', (items) => items.length > 0);
  await sendSome('not lost');
  const lost = 2;
  // As if the store had applied more commands, and Kafka had lost them since.
  await query(`UPDATE partition_progress SET next_offset = next_offset + ${lost},
      last_record_offset = next_offset + ${lost} - 1, last_record_digest = sha256('a command that was lost')
    WHERE partition = (SELECT partition FROM conversation WHERE id = '${conversationId}')
      AND topic_id = (SELECT topic_id FROM log_identity)`);
  const input = await sendInVain();
  assert.ok(findLines(alarm).some((line) => line.includes('the log has lost its end.')));
  const later = { ...input, clientMessageId: randomUUID(), text: 'when the log is longer' };
  assert.equal(await trySend(network.gatewayUrl, ada, later), null);
  await until('the longer log to be refused', () => findLines('has another command').length > 0);
  await accept(/the log has lost its end and has grown again/);
  await assertReplaced(live, inbox, [input, later]);
});

test('traffic is no mismatch', async () => {
  let isOver = false;
  const told = acceptNewLog().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await sendMessage(network.gatewayUrl, ada, { conversationId, text: 'traffic' });
    await delay(20);
  }
  assert.match((await told).output, /nothing to accept/);
});

test('a topic that was accepted in error is left again, and commands go on where they were', async () => {
  const [identity] = await query('SELECT topic_id FROM log_identity');
  const readProgress = () =>
    query(
      `SELECT partition, next_offset FROM partition_progress WHERE topic_id = '${identity?.topic_id}' ORDER BY 1`,
    );
  const progress = await readProgress();
  const wrong = { ...network, topicPrefix: `${network.topicPrefix}wrong.` };
  await createTopics(`${wrong.topicPrefix}chat.commands`, `${wrong.topicPrefix}chat.events`);
  const error = await runCommand(wrong, 'accept-new-log.ts', ['--yes']);
  assert.equal(error.code, 0, error.errors);
  await accept(/another topic was accepted since/);
  assert.deepEqual(await readProgress(), progress);
  assert.equal(
    (await sendMessage(network.gatewayUrl, ada, { conversationId, text: 'right again' })).__typename,
    'SendMessageSuccess',
  );
});
