/** What a sender is told while chat's link to Kafka is broken: UNKNOWN_OUTCOME in time when the message may be written, OVERLOADED at once when too many wait. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { errorCode, request } from '#tests/harness/client.ts';
import { createGroup, readHistory, sendMessage, trySend } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { brokerAddress } from '#tests/kafka/broker.ts';
import { FaultyLink } from '#tests/kafka/faulty-link.ts';

/** Fewer than the connections of a gateway to chat, all of which sends that wait would hold. */
const queueRecordsMax = 20;
/** The promised 5 s and what a busy machine may add. */
const answerMsMax = 5_000 + 2_500;
const healTimeoutMs = 60_000;
const memoryGrowthMiBMax = 200;

let link: FaultyLink;
let network: Network;
let ada: Account;
let linus: Account;
let conversationId: string;

before(async () => {
  link = await FaultyLink.open(brokerAddress);
  network = await startNetwork({
    name: 'kafkalink',
    environment: { PRODUCER_QUEUE_RECORDS_MAX: String(queueRecordsMax) },
    wire: ({ name, environment }) => {
      if (name === 'chat') environment.KAFKA_BROKERS = link.address;
    },
  });
  [ada, linus] = await Promise.all([signUp(network, 'Ada'), signUp(network, 'Linus')]);
  conversationId = await createGroup(network.gatewayUrl, ada, [linus]);
  await sendMessage(network.gatewayUrl, ada, { conversationId, text: 'before' });
});
after(async () => {
  await network[Symbol.asyncDispose]();
  await link[Symbol.asyncDispose]();
});

interface Answer {
  readonly text: string;
  /** STORED for a success, else the code of the error. */
  readonly answer: string;
  readonly retryAfterMs: unknown;
  readonly ms: number;
}

async function send(text: string, clientMessageId: string): Promise<Answer> {
  const startedAt = performance.now();
  const answer = await request<{ sendMessage: { __typename: string } }>(
    network.gatewayUrl,
    'mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }',
    { variables: { input: { conversationId, clientMessageId, text } }, token: ada.accessToken },
  );
  return {
    text,
    answer: errorCode(answer) ?? answer.data?.sendMessage.__typename ?? '',
    retryAfterMs: answer.errors[0]?.extensions.retryAfterMs,
    ms: performance.now() - startedAt,
  };
}

async function repeatUntilStored(text: string, clientMessageId: string): Promise<void> {
  const deadline = performance.now() + healTimeoutMs;
  const input = { conversationId, clientMessageId, text };
  while ((await trySend(network.gatewayUrl, ada, input))?.__typename !== 'SendMessageSuccess') {
    assert.ok(performance.now() < deadline, `${text} was not stored within ${healTimeoutMs} ms`);
    await delay(200);
  }
}

async function countInHistory(text: string): Promise<number> {
  const history = await readHistory(network.gatewayUrl, linus, conversationId);
  return history.filter((message) => message.text === text).length;
}

test('written and not acknowledged: UNKNOWN_OUTCOME in time, and the repeat finds the one message', async () => {
  const clientMessageId = randomUUID();
  link.set({ kind: 'half-open', silent: 'to-client' });
  const { answer, ms } = await send('unheard', clientMessageId);
  assert.equal(answer, 'UNKNOWN_OUTCOME');
  assert.ok(ms < answerMsMax, `answered after ${Math.round(ms)} ms`);
  link.set({ kind: 'pass' });
  await repeatUntilStored('unheard', clientMessageId);
  assert.equal(await countInHistory('unheard'), 1);
});

test('on its way when the link goes silent, written when it is healed: the repeat makes no second message', async () => {
  const clientMessageId = randomUUID();
  link.set({ kind: 'black-holed' });
  const { answer, ms } = await send('late', clientMessageId);
  assert.equal(answer, 'UNKNOWN_OUTCOME');
  assert.ok(ms < answerMsMax, `answered after ${Math.round(ms)} ms`);
  link.set({ kind: 'pass' });
  await repeatUntilStored('late', clientMessageId);
  await sendMessage(network.gatewayUrl, ada, { conversationId, text: 'after late' });
  assert.equal(await countInHistory('late'), 1);
});

test('more sends than may wait: OVERLOADED at once, none of these is stored, and it works again when healed', async (t) => {
  const sendCount = 600;
  const memoryBefore = network.memory().chat ?? 0;
  link.set({ kind: 'black-holed' });
  const answers: Answer[] = [];
  await Promise.all(
    Array.from({ length: sendCount }, async (_, index) => {
      answers.push(await send(`flood ${index}`, randomUUID()));
    }),
  );
  const memoryGrowth = (network.memory().chat ?? 0) - memoryBefore;
  link.set({ kind: 'pass' });
  const counts = Object.groupBy(answers, ({ answer }) => answer);
  t.diagnostic(
    `${Object.entries(counts).map(([answer, of]) => `${of?.length} ${answer}`)}, ${memoryGrowth} MiB more in chat`,
  );
  const firstOther = answers.findIndex(({ answer }) => answer !== 'OVERLOADED');
  const refusedCount = counts.OVERLOADED?.length ?? 0;
  assert.ok(refusedCount >= (sendCount - queueRecordsMax) * 0.9, `only ${refusedCount} were refused`);
  // Not held until the deadline like those that wait: most are back before the first of these is answered.
  assert.ok(firstOther >= refusedCount / 2, `only ${firstOther} were refused at once`);
  assert.ok(answers.slice(0, firstOther).every(({ retryAfterMs }) => Number(retryAfterMs) > 0));
  assert.ok(answers.every(({ ms }) => ms < answerMsMax));
  assert.ok(memoryGrowth < memoryGrowthMiBMax, `${memoryGrowth} MiB more`);

  await repeatUntilStored('healed', randomUUID());
  const texts = (await readHistory(network.gatewayUrl, linus, conversationId)).map(({ text }) => text);
  assert.equal(new Set(texts).size, texts.length, 'a message is there twice');
  const refused = answers.filter(({ answer }) => answer === 'OVERLOADED').map(({ text }) => text);
  assert.deepEqual(
    refused.filter((text) => texts.includes(text)),
    [],
    'refused and stored all the same',
  );
});
