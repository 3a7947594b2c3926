/** The proxy that breaks links: each mode does what it says, to connections that are open and to new ones, and passes everything again afterwards. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Link } from './link.ts';

/** Longer than a byte takes through a link that passes, by far. */
const quietMs = 150;

interface Echo extends AsyncDisposable {
  readonly address: string;
  connections: number;
  received: number;
}

async function startEcho(): Promise<Echo> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    echo.connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      echo.received += chunk.length;
      socket.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const echo: Echo = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: 0,
    received: 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return echo;
}

interface Client extends Disposable {
  readonly socket: Socket;
  received: string;
  readonly chunks: string[];
  error: NodeJS.ErrnoException | null;
  /** Resolves when this text has come back. */
  waitFor(text: string): Promise<void>;
}

function openClient(link: Link): Client {
  const [host = '', port] = link.address.split(':');
  const socket = connect({ host, port: Number(port), noDelay: true });
  const client: Client = {
    socket,
    received: '',
    chunks: [],
    error: null,
    async waitFor(text) {
      await until(() => client.received === text, `'${text}', got '${client.received.slice(0, 40)}'`);
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
  socket.on('data', (chunk: Buffer) => {
    client.received += chunk.toString();
    client.chunks.push(chunk.toString());
  });
  socket.on('error', (error) => {
    client.error = error;
  });
  return client;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await delay(5);
  }
}

test('link', async (t) => {
  await using echo = await startEcho();
  await using link = await Link.open(echo.address);

  await t.test('passes bytes both ways, whole and in order, and the end of a connection', async () => {
    using client = openClient(link);
    const text = 'abcdefgh'.repeat(100_000);
    client.socket.end(text);
    await client.waitFor(text);
    await until(() => client.socket.closed, 'the connection to end');
    assert.equal(client.error, null);
  });

  await t.test('cut: open connections are reset, new ones refused', async () => {
    using open = openClient(link);
    open.socket.write('a');
    await open.waitFor('a');
    link.set({ kind: 'cut' });
    await until(() => open.error?.code === 'ECONNRESET', 'the reset');
    using late = openClient(link);
    await until(() => late.error?.code === 'ECONNREFUSED', 'the refusal');
    link.set({ kind: 'pass' });
    await delay(0);
    using after = openClient(link);
    after.socket.write('b');
    await after.waitFor('b');
  });

  await t.test('reset: once, and new connections pass', async () => {
    using open = openClient(link);
    open.socket.write('a');
    await open.waitFor('a');
    link.reset();
    await until(() => open.error?.code === 'ECONNRESET', 'the reset');
    using after = openClient(link);
    after.socket.write('b');
    await after.waitFor('b');
  });

  await t.test(
    'black-holed: nothing arrives, nothing closes, and what was sent comes afterwards',
    async () => {
      using open = openClient(link);
      open.socket.write('a');
      await open.waitFor('a');
      const before = { connections: echo.connections, received: echo.received };
      link.set({ kind: 'black-holed' });
      open.socket.write('b');
      using late = openClient(link);
      late.socket.write('c');
      await once(late.socket, 'connect');
      await delay(quietMs);
      assert.deepEqual({ connections: echo.connections, received: echo.received }, before);
      assert.deepEqual([open.socket.closed, late.socket.closed], [false, false]);
      link.set({ kind: 'pass' });
      await open.waitFor('ab');
      await late.waitFor('c');
    },
  );

  await t.test('half-open: the target hears and is not heard, or the other way round', async () => {
    using client = openClient(link);
    client.socket.write('a');
    await client.waitFor('a');
    const before = echo.received;
    link.set({ kind: 'half-open', silent: 'to-client' });
    client.socket.write('b');
    await until(() => echo.received === before + 1, 'the target to hear');
    link.set({ kind: 'half-open', silent: 'to-target' });
    await client.waitFor('ab');
    client.socket.write('c');
    await delay(quietMs);
    assert.equal(echo.received, before + 1);
    link.set({ kind: 'pass' });
    await client.waitFor('abc');
  });

  await t.test(
    'slow: the latency comes twice on the way there and back, and the bandwidth holds',
    async () => {
      using client = openClient(link);
      client.socket.write('a');
      await client.waitFor('a');
      link.set({ kind: 'slow', latencyMs: 100, bytesPerSecond: 1_000_000 });
      const asked = performance.now();
      client.socket.write('b');
      await client.waitFor('ab');
      assert.ok(performance.now() - asked >= 190, `came after ${performance.now() - asked} ms`);
      link.set({ kind: 'slow', latencyMs: 0, bytesPerSecond: 20_000 });
      const sent = performance.now();
      client.socket.write('c'.repeat(10_000));
      await client.waitFor(`ab${'c'.repeat(10_000)}`);
      assert.ok(performance.now() - sent >= 400, `10,000 bytes took ${performance.now() - sent} ms`);
      link.set({ kind: 'pass' });
    },
  );

  await t.test('one-byte: the same bytes in many pieces', async () => {
    using client = openClient(link);
    link.set({ kind: 'one-byte' });
    const text = 'abcdefghij'.repeat(20);
    client.socket.write(text);
    await client.waitFor(text);
    assert.ok(client.chunks.length > text.length / 4, `only ${client.chunks.length} pieces`);
    link.set({ kind: 'pass' });
  });

  await t.test('a target that is not there is a reset', async () => {
    await using nowhere = await Link.open('127.0.0.1:1');
    using client = openClient(nowhere);
    await until(() => client.error?.code === 'ECONNRESET', 'the reset');
  });
});
