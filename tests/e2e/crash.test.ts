/** Every process is killed with SIGKILL once during traffic; each acknowledged message must be in history and on a resumed stream exactly once, in one order. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import {
  createGroup,
  followConversation,
  messagesOf,
  readHistory,
  trySend,
} from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

const settleMs = 60_000;
let network: Network;

before(async () => {
  network = await startNetwork({ name: 'crash', copies: { gateway: 2, chat: 2, storage: 2 } });
});
after(() => network[Symbol.asyncDispose]());

test('an acknowledged message survives kill -9 of any process, once and in order', async (t) => {
  const [ada, linus] = await Promise.all([signUp(network, 'Ada'), signUp(network, 'Linus')]);
  const conversationId = await createGroup(network.gatewayUrl, ada, [linus]);
  await using reader = followConversation(network.gatewayUrls, linus, { conversationId });
  await reader.waitFor('CaughtUp', (items) => items.some((item) => item.__typename === 'CaughtUp'));

  const stop = new AbortController();
  const writers = [ada, linus].map((sender) => write(sender, conversationId, stop.signal));
  for (const name of network.processNames) {
    await pause(1_500);
    t.diagnostic(`kill -9 ${name}`);
    await network.kill(name);
    await pause(1_000);
  }
  await network.waitUntilReady();
  await pause(1_000);
  stop.abort();
  const acknowledged = (await Promise.all(writers)).flat();

  const history = await readHistory(network.gatewayUrl, linus, conversationId);
  await reader.waitFor('everything in history', () => messagesOf(reader).length >= history.length, settleMs);
  t.diagnostic(
    `${acknowledged.length} acknowledged, ${history.length} in history, ${reader.closes.length} reconnects`,
  );
  assert.deepEqual(
    history.map((message) => message.seq),
    history.map((_, index) => index + 1),
    'history has a hole or a repeat',
  );
  assert.deepEqual(
    messagesOf(reader).map((message) => [message.seq, message.text]),
    history.map((message) => [message.seq, message.text]),
  );
  const texts = history.map((message) => message.text);
  assert.equal(new Set(texts).size, texts.length, 'a message is in history twice');
  const stored = new Set(texts);
  assert.deepEqual(
    acknowledged.filter((text) => !stored.has(text)),
    [],
    'acknowledged messages are lost',
  );
  for (const sender of [ada, linus]) {
    const own = texts
      .filter((text) => text.startsWith(sender.handle))
      .map((text) => Number(text.split(' ')[1]));
    assert.deepEqual(
      own,
      [...own].sort((a, b) => a - b),
      'a sender who awaits each send is out of order',
    );
  }
  assert.ok(acknowledged.length > 50, `only ${acknowledged.length} messages were acknowledged`);
});

/** Sends one message after the other until stopped, each until it is acknowledged; the texts that were. */
async function write(sender: Account, conversationId: string, stop: AbortSignal): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let n = 1; !stop.aborted; n += 1) {
    const text = `${sender.handle} ${n}`;
    const input = { conversationId, clientMessageId: randomUUID(), text };
    for (let attempt = 0; ; attempt += 1) {
      const url = network.gatewayUrls[attempt % network.gatewayUrls.length] ?? network.gatewayUrl;
      const sent = await trySend(url, sender, input);
      if (sent?.__typename === 'SendMessageSuccess') break;
      assert.equal(sent, null, `a send was refused: ${JSON.stringify(sent)}`);
      await pause(100);
    }
    acknowledged.push(text);
    await pause(10);
  }
  return acknowledged;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
