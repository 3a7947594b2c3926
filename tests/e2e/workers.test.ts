/** The gateway in two processes on one port: both have clients, one that is killed costs only its connections, and answers are compressed. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { createGroup, followConversation, messagesOf, trySend } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

const historyQuery = `query ($id: ID!) {
  conversation(id: $id) { messages(first: 50) { nodes { id seq text sender { id displayName } } } }
}`;

let network: Network;
let url: string;
let ada: Account;

before(async () => {
  const environment = { WORKERS: '2', COMPRESSION_BYTES_MIN: '1000' };
  network = await startNetwork({ name: 'workers', environment });
  url = network.gatewayUrl;
  ada = await signUp(network, 'Ada');
});
after(() => network[Symbol.asyncDispose]());

test('streams of both processes go on when one is killed, and what was sent meanwhile is there once', async () => {
  const conversationId = await createGroup(url, ada, []);
  const streams = Array.from({ length: 8 }, () => followConversation([url], ada, { conversationId }));
  for (const stream of streams) await stream.waitFor('CaughtUp', (items) => items.length > 0);
  const [killed = 0, ...others] = workers();
  assert.equal(others.length, 1);

  const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`);
  for (const [index, text] of texts.entries()) {
    if (index === 10) process.kill(killed, 'SIGKILL');
    await sendOnce({ conversationId, text, clientMessageId: randomUUID() });
  }

  for (const stream of streams) {
    await stream.waitFor('all messages', () => messagesOf(stream).length === texts.length);
    assert.deepEqual(
      messagesOf(stream).map(({ text }) => text),
      texts,
    );
  }
  const cut = streams.filter(({ closes }) => closes.length > 0);
  assert.ok(cut.length > 0 && cut.length < streams.length, `${cut.length} streams were cut`);
  await Promise.all(streams.map((stream) => stream[Symbol.asyncDispose]()));
  await network.waitUntilReady();
  assert.equal(workers().length, 2);
  assert.ok(!workers().includes(killed));

  const { bytes, encoding } = await askCompressed(conversationId);
  assert.equal(encoding, 'zstd');
  const answer = JSON.parse(zstdDecompressSync(bytes).toString());
  assert.equal(answer.data.conversation.messages.nodes.length, texts.length);
  assert.match(await readMetrics(), /^gateway_compressed_answers_total\{.*encoding="zstd".*\} 1$/m);
  assert.match(await readMetrics(), /^process_workers_restarted_total 1$/m);
});

test('a stream of many operations, whose parts could come to different processes, is refused', async () => {
  const response = await fetch(url, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ada.accessToken}` },
  });
  assert.equal(response.status, 501);
});

/** Pids of the gateway's workers. */
function workers(): number[] {
  const pid = network.processes.get('gateway')?.pid() ?? 0;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** A connection may have been the killed one's; a repeat is recognised by its identifiers. */
async function sendOnce(input: Readonly<Record<string, string>>): Promise<void> {
  for (let tried = 0; tried < 5; tried += 1) if ((await trySend(url, ada, input)) !== null) return;
  assert.fail('not sent in five tries');
}

function askCompressed(
  id: string,
): Promise<{ readonly bytes: Buffer; readonly encoding: string | undefined }> {
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'accept-encoding': 'gzip, br, zstd',
          authorization: `Bearer ${ada.accessToken}`,
        },
      },
      (response) => {
        const encoding = response.headers['content-encoding'];
        buffer(response).then((bytes) => resolve({ bytes, encoding }), reject);
      },
    );
    asking.on('error', reject).end(JSON.stringify({ query: historyQuery, variables: { id } }));
  });
}

async function readMetrics(): Promise<string> {
  const response = await fetch(new URL('/metrics', url));
  return response.text();
}
