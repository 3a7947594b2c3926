/** The wrapped client of graphql-ws: when it comes back, and a connection that it has given up and that then speaks again. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocketServer, WebSocket as WsWebSocket } from 'ws';
import { resumable, retryable, shouldRetry } from '#clients/resumable/resumable.ts';
import { closeCodes } from '#schema/errors.ts';
import { until } from '#tests/chat/until.ts';
import { Link } from '#tests/harness/link.ts';

const eventEveryMs = 5;
const aheadMs = 300;

interface Frame {
  readonly type: string;
  readonly id: string;
  readonly payload: { readonly variables: { readonly after?: string } };
}

interface Feed extends AsyncDisposable {
  readonly address: string;
  /** Number of the newest event; `n` has the cursor `n`. */
  readonly newest: number;
  /** No more events. */
  stop(): void;
}

/** Each subscription gets all events after its cursor, and those to come. */
async function startFeed(): Promise<Feed> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  let newest = 0;
  const counting = setInterval(() => {
    newest += 1;
  }, eventEveryMs);
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const { type, id, payload } = JSON.parse(String(data)) as Frame;
      if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }));
      if (type !== 'subscribe') return;
      let last = Number(payload.variables.after ?? 0);
      const sending = setInterval(() => {
        for (; last < newest; last += 1) {
          const item = { cursor: String(last + 1) };
          socket.send(JSON.stringify({ type: 'next', id, payload: { data: { item } } }));
        }
      }, eventEveryMs);
      socket.once('close', () => clearInterval(sending));
    });
  });
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get newest() {
      return newest;
    },
    stop: () => clearInterval(counting),
    async [Symbol.asyncDispose]() {
      clearInterval(counting);
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

test('it comes back after the close codes that docs/errors.md says so of', () => {
  const rows = readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `(\d{4})` \|.*\| (.*) \|$/gm);
  const answers = [...rows].map(([, code, answer]) => [Number(code), answer?.startsWith('yes')] as const);
  assert.equal(answers.length, Object.keys(closeCodes).length);
  for (const [code, isRetried] of answers)
    assert.equal(shouldRetry({ code, reason: '' }), isRetried, `${code}`);
});

for (const [name, webSocketImpl] of Object.entries({ ws: WsWebSocket, 'Node itself': WebSocket })) {
  test(`what a connection delivers after it was given up is dropped, with the WebSocket of ${name}`, async () => {
    await using feed = await startFeed();
    await using dead = await Link.open(feed.address);
    await using alive = await Link.open(feed.address);
    let connects = 0;
    const client = createClient({
      ...retryable,
      url: () => `ws://${(connects++ === 0 ? dead : alive).address}`,
      webSocketImpl,
    });
    const seen: string[] = [];
    const stop = resumable(client).subscribe<{ item: { cursor: string } }>(
      { query: 'subscription ($after: EventCursor) { item: events(after: $after) { cursor } }' },
      {
        next: ({ data }) => seen.push(data?.item.cursor ?? 'nothing'),
        error: assert.fail,
        complete: () => undefined,
      },
    );
    await until('events come', () => seen.length > 10);
    dead.set({ kind: 'black-holed' });
    await delay(aheadMs);
    client.terminate();
    await until('the client is back', () => seen.at(-1) === String(feed.newest));
    dead.set({ kind: 'pass' });
    await delay(aheadMs);
    feed.stop();
    await until('all events have come', () => seen.at(-1) === String(feed.newest));
    stop();
    assert.deepEqual(
      seen,
      Array.from({ length: feed.newest }, (_, index) => String(index + 1)),
    );
  });
}
