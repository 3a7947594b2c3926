/** What an operator does with dead letters, by the command: look, replay, discard. A replayed command is decided like any other. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { pino } from 'pino';
import { createKafka } from '#platform/kafka/client.ts';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { Command } from '#schema/generated/events.ts';
import { deriveMessageId, parseConversationId, parseUserId } from '#schema/ids.ts';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { runCommand } from '#tests/harness/command.ts';
import { createGroup, readHistory } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

/** Longer than what the table keeps, and longer than what our producer sends. */
const [longBytes, tooLongBytes] = [400 * 1024, 2 * 1024 * 1024];
let network: Network;
let database: pg.Client;

before(async () => {
  network = await startNetwork({ name: 'letters' });
  database = new pg.Client({ connectionString: network.storageDatabaseUrl });
  await database.connect();
});
after(async () => {
  await database.end();
  await network[Symbol.asyncDispose]();
});

const deadLetters = (...args: string[]) => runCommand(network, 'dead-letters.ts', args);

interface Listed {
  readonly partition: number;
  readonly offset: number;
  readonly valueBytes: number;
  readonly replayedOffset: number | null;
}

async function list(...args: string[]): Promise<Listed[]> {
  const { code, output, errors } = await deadLetters('list', '--json', ...args);
  assert.equal(code, 0, errors);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Listed);
}

/** A send that can be applied, as bytes. */
function encodeSend(sender: Account, conversation: string, text: string): Buffer {
  const [viewerId, conversationId] = [parseUserId(sender.userId), parseConversationId(conversation)];
  assert.ok(viewerId !== null && conversationId !== null);
  const clientMessageId = randomUUID();
  const messageId = deriveMessageId(viewerId, conversationId, clientMessageId);
  const command = Command.encode({
    commandId: randomUUID(),
    viewerId,
    conversationId,
    issuedAtMs: Date.now(),
    body: { $case: 'sendMessage', value: { messageId, clientMessageId, text, mentionUserIds: [] } },
  });
  return Buffer.from(command.finish());
}

interface Letter {
  readonly topicId: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Buffer;
}

/** As an earlier version of the store may have left it, which could not apply what this one can. */
async function putAside({ topicId, partition, offset, key, value }: Letter, valueBytes = value.length) {
  await database.query(
    `INSERT INTO dead_letter (topic_id, partition, record_offset, key, value, value_bytes, reason, stored_at_ms)
      VALUES ($1, $2, $3, $4, $5, $6, 'a defect of an earlier version', $7)`,
    [topicId, partition, offset, Buffer.from(key), value, valueBytes, Date.now()],
  );
}

async function write(partition: number, value: Buffer): Promise<void> {
  const logger = pino({ level: 'silent' });
  const kafka = createKafka({
    brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
    clientId: 'tests',
    logger,
  });
  await using producer = createOrderedProducer({ kafka, logger });
  await producer.send({ topic: `${network.topicPrefix}chat.commands`, partition, key: 'k', value });
}

async function waitForLetters(count: number): Promise<Listed[]> {
  const giveUpAt = Date.now() + 20_000;
  for (;;) {
    const listed = await list();
    if (listed.length >= count) return listed;
    assert.ok(Date.now() < giveUpAt, `${listed.length} dead letters instead of ${count}`);
  }
}

test('dead letters are listed, replayed once, and decided anew', async (t) => {
  const url = network.gatewayUrl;
  const ada = await signUp(network, 'Ada');
  const conversationId = await createGroup(url, ada, []);
  const { rows } = await database.query<{ partition: number; topic_id: string }>(
    'SELECT partition, topic_id FROM conversation, log_identity WHERE conversation.id = $1',
    [conversationId],
  );
  const [home] = rows;
  assert.ok(home !== undefined);
  const { partition, topic_id: topicId } = home;
  const texts = async () => (await readHistory(url, ada, conversationId)).map(({ text }) => text);

  await t.test('help, none, and what is not there', async () => {
    assert.match((await deadLetters('--help')).output, /replay <partition> <offset>/);
    assert.match((await deadLetters()).output, /0 shown, 0 to deal with, 0 in all/);
    const missing = await deadLetters('replay', '0', '99');
    assert.deepEqual([missing.code, /There is no dead letter/.test(missing.errors)], [1, true]);
    assert.equal((await deadLetters('reply')).code, 64);
  });

  await t.test('a replayed command has its effect once, also when it is replayed again', async () => {
    const value = encodeSend(ada, conversationId, 'late');
    await putAside({ topicId, partition, offset: 900_001, key: conversationId, value });
    assert.match((await deadLetters('show', String(partition), '900001')).output, /"text":"late"/);
    const replay = ['replay', String(partition), '900001'];
    const first = await deadLetters(...replay);
    assert.match(first.output, /: decided\n1 replayed, 0 refused/, first.errors);
    assert.deepEqual(await texts(), ['late']);
    const second = await deadLetters(...replay);
    assert.deepEqual([second.code, /was replayed at .* as offset \d+/.test(second.errors)], [1, true]);
    assert.equal((await deadLetters(...replay, '--again')).code, 0);
    assert.deepEqual(await texts(), ['late']);
    assert.deepEqual(await list(), []);
    const [letter] = await list('--all');
    assert.ok(letter !== undefined && letter.replayedOffset !== null);
  });

  await t.test('a record that the table holds in part is read from the topic, or refused', async () => {
    await write(partition, randomBytes(longBytes));
    const [long] = await waitForLetters(1);
    assert.equal(long?.valueBytes, longBytes);
    const place = [String(long?.partition), String(long?.offset)];
    assert.match((await deadLetters('replay', ...place)).output, /a dead letter again/);
    const [again] = await list();
    assert.equal(again?.valueBytes, longBytes, 'all of it was replayed');
    const tooLong = { topicId, partition, offset: 900_004, key: 'k', value: randomBytes(tooLongBytes) };
    await putAside(tooLong);
    const unsendable = await deadLetters('replay', String(partition), '900004');
    assert.deepEqual([unsendable.code, /Kafka did not get the record/.test(unsendable.errors)], [1, true]);
    const whole = encodeSend(ada, conversationId, 'gone');
    const gone = { topicId, partition, offset: 900_002, key: conversationId, value: whole };
    await putAside(gone, longBytes);
    const refused = await deadLetters('replay', String(partition), '900002');
    assert.deepEqual([refused.code, /does not hold that offset/.test(refused.errors)], [1, true]);
  });

  await t.test('a discarded one is not replayed with the others', async () => {
    const open = await list();
    const gone = open.find(({ offset }) => offset === 900_002);
    assert.ok(gone !== undefined);
    const place = [String(gone.partition), String(gone.offset)];
    assert.equal((await deadLetters('discard', ...place)).code, 64, 'a reason is needed');
    assert.equal((await deadLetters('discard', ...place, '--reason', 'lost for good')).code, 0);
    const value = encodeSend(ada, conversationId, 'with the others');
    await putAside({ topicId, partition, offset: 900_003, key: conversationId, value });
    const offsets = (await list()).map(({ offset }) => offset);
    assert.deepEqual(
      offsets,
      offsets.toSorted((one, other) => one - other),
      'as they stand in the log, not as they came',
    );
    const all = await deadLetters('replay', '--all');
    assert.match(all.output, /2 replayed, 1 refused/, all.errors);
    assert.deepEqual(await texts(), ['late', 'with the others']);
    const metrics = await fetch(network.subgraphUrls.storage.replace('/graphql', '/metrics'));
    assert.match(await metrics.text(), /storage_dead_letters_total\{process="storage"\} 3\n/);
  });
});
