/** Two copies of gateway, chat and storage: whoever sends through one is seen through the other, and a stream goes on from either. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signUp } from '#tests/harness/accounts.ts';
import {
  createGroup,
  followConversation,
  messagesOf,
  readHistory,
  sendMessage,
} from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

let network: Network;

before(async () => {
  network = await startNetwork({ name: 'copies', copies: { gateway: 2, chat: 2, storage: 2 } });
});
after(() => network[Symbol.asyncDispose]());

test('two readers on different copies see one order, and a reader changes copies without a hole', async () => {
  const [ada, linus] = await Promise.all([signUp(network, 'Ada'), signUp(network, 'Linus')]);
  const [first = '', second = ''] = network.gatewayUrls;
  const conversationId = await createGroup(first, ada, [linus]);
  await using here = followConversation([first], ada, { conversationId });
  await using there = followConversation([second], linus, { conversationId });
  await using wandering = followConversation([first, second], linus, { conversationId });
  for (const stream of [here, there, wandering])
    await stream.waitFor('CaughtUp', (items) => items.length > 0);

  let cuts = 0;
  // Only a connection that is back can be cut: on a busy machine it takes its time.
  const cutOnceBack = async () => {
    const returns = ++cuts;
    const isBack = (item: { __typename: string }) => item.__typename === 'CaughtUp';
    await wandering.waitFor('the reader is back', (items) => items.filter(isBack).length >= returns);
    wandering.cut();
  };
  const sends = Array.from({ length: 60 }, async (_, n) => {
    await new Promise((resolve) => setTimeout(resolve, n * 60));
    if (n % 15 === 14) await cutOnceBack();
    return n % 2 === 0
      ? sendMessage(first, ada, { conversationId, text: `a ${n}` })
      : sendMessage(second, linus, { conversationId, text: `l ${n}` });
  });
  const sent = await Promise.all(sends);
  assert.deepEqual(new Set(sent.map((message) => message.__typename)), new Set(['SendMessageSuccess']));

  const history = (await readHistory(second, ada, conversationId)).map((message) => [
    message.seq,
    message.text,
  ]);
  assert.equal(history.length, 60);
  for (const stream of [here, there, wandering]) {
    await stream.waitFor('all messages', () => messagesOf(stream).length >= 60);
    assert.deepEqual(
      messagesOf(stream).map((message) => [message.seq, message.text]),
      history,
    );
  }
  assert.ok(wandering.closes.length >= 4, 'the wandering reader was not cut');
});
