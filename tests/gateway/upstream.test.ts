/** The gateway's connections to copies of a subgraph that hang without closing anything: no stream may wait for them. */
import assert from 'node:assert/strict';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { pino } from 'pino';
import { WebSocketServer } from 'ws';
import { createUpstream } from '../../gateway/subscriptions/upstream.ts';

const logger = pino({ level: 'silent' });
const settleMaxMs = 12_000;

/** Takes connections and never says a word. */
async function startMute(): Promise<{ url: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: toUrl(server),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Acknowledges, sends one event for each operation, then neither speaks nor answers pings. */
async function startFaltering(): Promise<{ url: string } & AsyncDisposable> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong: false });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const { type, id } = JSON.parse(String(data)) as { type: string; id?: string };
      if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }));
      if (type === 'subscribe')
        socket.send(JSON.stringify({ type: 'next', id, payload: { data: { who: 'faltering' } } }));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: toUrl(server),
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toUrl(server: Pick<Server, 'address'>): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

/** What one operation hears until `isOver`; rejects when that takes too long. */
async function listen(urls: readonly string[], isOver: (heard: readonly string[]) => boolean) {
  const heard: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const note = (what: string) => {
    heard.push(what);
    if (isOver(heard)) resolve();
  };
  const target = {
    complete: () => note('complete'),
    error: () => note('error'),
    broken: () => note('broken'),
  };
  await using upstream = createUpstream({
    ...{ name: 'chat', urls, internalKey: 'k', logger, protocol: { kind: 'transport-ws' } as const },
    onEvent: (targets: readonly object[], { data }) => {
      if (targets.includes(target)) note(`next ${data?.who}`);
    },
  });
  const overdue = setTimeout(() => reject(new Error(`heard only: ${heard.join()}`)), settleMaxMs);
  const operation = upstream.subscribe(
    upstream.takeTurn(),
    { query: 'subscription { who }', variables: {}, authorization: 'Bearer good' },
    target,
  );
  await promise.finally(() => clearTimeout(overdue));
  operation.stop();
  return heard;
}

test('a copy that takes the connection and does not answer is given up', async () => {
  await using mute = await startMute();
  const heard = await listen([mute.url], (all) => all.length === 1);
  assert.deepEqual(heard, ['broken']);
});

test('a copy that goes silent is noticed, and its streams are told', async () => {
  await using faltering = await startFaltering();
  const heard = await listen([faltering.url], (all) => all.length === 2);
  assert.deepEqual(heard, ['next faltering', 'broken']);
});
