/** G8: a connection that stops reading costs bounded memory, slows nobody and loses nothing: it is served from the store when it reads again, or resumes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type WebSocket from 'ws';
import { signUp } from '#tests/harness/accounts.ts';
import { sendInBulk } from '#tests/harness/bulk-sends.ts';
import { createGroup, followConversation, messagesOf } from '#tests/harness/conversations.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { openSocket, resume } from './resumer.ts';

const slowSubscriptions = 40;
const messages = 1_500;
const textChars = 4_000;
/** The slow connection is owed 240 MB, which a process that kept them would hold several times over. */
const growthMaxMiB = 230;
const waitMs = 120_000;

test('one connection stops reading: the others get everything meanwhile, it gets everything afterwards', async (t) => {
  await using network = await startNetwork({
    name: 'slow',
    copies: { gateway: 2, chat: 2, storage: 2 },
    environment: { SOCKET_MESSAGES_PER_SECOND_MAX: '1000' },
  });
  const { gatewayUrls: urls, gatewayUrl: url } = network;
  const [sender, reader, slow] = await Promise.all(
    ['Sender', 'Reader', 'Slow'].map((name) => signUp(network, name)),
  );
  assert.ok(sender !== undefined && reader !== undefined && slow !== undefined);
  const conversationId = await createGroup(url, sender, [reader, slow]);
  await using first = followConversation(urls, reader, { conversationId });
  await using second = followConversation([...urls].reverse(), reader, { conversationId });
  for (const stream of [first, second]) await stream.waitFor('CaughtUp', (items) => items.length > 0);
  const cursor = first.items[0]?.cursor ?? '';
  // The owner and the two members have joined.
  const position = new Map([[conversationId, 3]]);

  const sockets: WebSocket[] = [];
  await using clients = new AsyncDisposableStack();
  const client = openSocket(url, slow, (socket) => sockets.push(socket));
  clients.defer(() => client.dispose());
  const plan = { conversationId, cursor, seen: position, top: position, withSender: true };
  // The connection is open and works before it is paused.
  const warm = Array.from({ length: slowSubscriptions }, () =>
    resume(client, { ...plan, until: { kind: 'any', events: 1 } }),
  );
  await sendInBulk(urls, sender, [{ conversationId, text: 'first' }]);
  const warmed = await Promise.all(warm);
  assert.deepEqual(
    warmed.flatMap(({ faults }) => faults),
    [],
  );
  const slowReads = Array.from({ length: slowSubscriptions }, () =>
    resume(client, { ...plan, until: { kind: 'any', events: messages + 1 } }),
  );
  const [paused] = sockets;
  assert.ok(paused !== undefined && sockets.length === 1);
  paused.pause();
  const before = network.memory();
  const text = 'x'.repeat(textChars);
  await sendInBulk(
    urls,
    sender,
    Array.from({ length: messages }, () => ({ conversationId, text })),
  );
  const seqs = Array.from({ length: messages + 1 }, (_, index) => index + 1);
  for (const stream of [first, second]) {
    await stream.waitFor('all messages', () => messagesOf(stream).length > messages, waitMs);
    assert.deepEqual(
      messagesOf(stream).map(({ seq }) => seq),
      seqs,
    );
    assert.deepEqual(stream.closes, []);
  }
  const after = network.memory();
  for (const [name, memory] of Object.entries(after)) {
    if (!/^(gateway|chat)/.test(name)) continue;
    const growth = memory - (before[name] ?? 0);
    assert.ok(growth < growthMaxMiB, `${name} grew by ${growth} MiB`);
  }

  paused.resume();
  const results = await Promise.all(slowReads);
  t.diagnostic(`the slow connection was closed ${sockets.length - 1} times`);
  t.diagnostic(JSON.stringify({ before, after }));
  assert.deepEqual(results.flatMap(({ faults }) => faults).slice(0, 5), []);
  for (const { events } of results)
    assert.deepEqual(
      events.map(({ message }) => message?.seq),
      seqs,
    );
});
