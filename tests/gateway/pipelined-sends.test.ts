/** What one socket sends without waiting for answers is stored in the order in which it was sent. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { signUp } from '#tests/harness/accounts.ts';
import { createGroup } from '#tests/harness/conversations.ts';
import { startNetwork } from '#tests/harness/network.ts';

const query = `mutation($input: SendMessageInput!) {
  sendMessage(input: $input) { ... on SendMessageSuccess { message { seq } } }
}`;
const sends = 40;

test('pipelined sends of one socket keep their order', async () => {
  await using network = await startNetwork({ name: 'pipelined', copies: { chat: 2 } });
  const ada = await signUp(network, 'Ada');
  const conversationId = await createGroup(network.gatewayUrl, ada, []);
  const client = createClient({
    url: network.gatewayUrl.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    lazy: false,
    connectionParams: { authorization: `Bearer ${ada.accessToken}` },
  });
  const send = (text: string) =>
    new Promise<number>((resolve, reject) => {
      const input = { conversationId, clientMessageId: randomUUID(), text };
      client.subscribe<{ sendMessage: { message: { seq: number } } }>(
        { query, variables: { input } },
        {
          next: ({ data }) => resolve(data?.sendMessage.message.seq ?? 0),
          error: reject,
          complete: () => undefined,
        },
      );
    });
  await send('first');
  const seqs = await Promise.all(Array.from({ length: sends }, (_, index) => send(`text ${index}`)));
  await client.dispose();
  assert.deepEqual(
    seqs,
    Array.from({ length: sends }, (_, index) => index + 2),
  );
});
