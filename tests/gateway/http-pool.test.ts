/** The connections to a copy of a subgraph: how many there are, when one is used again, and what becomes of requests when they end. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { HttpConnection, HttpExchange } from '#gateway/traffic/http-connection.ts';
import type { HttpPoolOptions } from '#gateway/traffic/http-pool.ts';
import { HttpPool } from '#gateway/traffic/http-pool.ts';
import type { HttpResponse } from '#gateway/traffic/http-response.ts';

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const request = 'GET / HTTP/1.1\r\nhost: rooms\r\n\r\n';

/** A server that answers with bytes. */
class RawServer implements AsyncDisposable {
  readonly sockets = new Set<Socket>();
  accepted = 0;
  requests = 0;
  /** Called for each request. */
  answer = (socket: Socket): void => void socket.write(ok);
  readonly #server: Server;

  constructor(create: (listen: (socket: Socket) => void) => Server = createServer) {
    this.#server = create((socket) => {
      this.accepted += 1;
      this.sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
      socket.on('data', () => {
        this.requests += 1;
        this.answer(socket);
      });
    });
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }
}

function openPool(port: number, options: Partial<HttpPoolOptions> = {}): HttpPool {
  return new HttpPool({
    url: new URL(`http://127.0.0.1:${port}/`),
    ...{ connectionsMax: 2, connectTimeoutMs: 500, idleMs: 4_000, bodyBytesMax: 100, ...options },
  });
}

class Asked implements HttpExchange {
  readonly request: string | Buffer;
  readonly ended = Promise.withResolvers<HttpResponse>();
  connection: HttpConnection | null = null;
  isWanted = true;
  isQueued = false;
  isRepeatable = false;

  constructor(bytes: string | Buffer = request) {
    this.request = bytes;
    this.ended.promise.catch(() => undefined);
  }

  begin(connection: HttpConnection): void {
    this.connection = connection;
  }

  end(response: HttpResponse): void {
    this.ended.resolve(response);
  }

  fail(cause: Error): void {
    this.ended.reject(cause);
  }

  get text(): Promise<string> {
    return this.ended.promise.then(({ body }) => body.toString());
  }
}

function ask(pool: HttpPool): Asked {
  const asked = new Asked();
  pool.send(asked);
  return asked;
}

test('a connection is used again, there are not more than allowed, and whoever waits gets a turn', async () => {
  await using server = await new RawServer().listen();
  await using pool = openPool(server.port);
  for (let sent = 0; sent < 5; sent += 1) assert.equal(await ask(pool).text, 'ok');
  assert.equal(server.accepted, 1);

  server.answer = (socket) => void setTimeout(() => socket.write(ok), 20);
  const many = Array.from({ length: 9 }, () => ask(pool));
  assert.deepEqual(await Promise.all(many.map(({ text }) => text)), new Array(9).fill('ok'));
  assert.equal(server.accepted, 2);
});

test('one that nobody waits for any more is not sent', async () => {
  await using server = await new RawServer().listen();
  await using pool = openPool(server.port, { connectionsMax: 1 });
  server.answer = (socket) => void setTimeout(() => socket.write(ok), 20);
  const [first, second, third] = [ask(pool), ask(pool), ask(pool)];
  second.isWanted = false;
  pool.noteUnwanted();
  await Promise.all([first.text, third.text]);
  assert.equal(server.requests, 2);
});

test('a connection that the server closes, or wants to, is not used again', async () => {
  await using server = await new RawServer().listen();
  await using pool = openPool(server.port);
  const closing = ok.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n');
  const hurrying = ok.replace('\r\n\r\n', '\r\nkeep-alive: timeout=1\r\n\r\n');
  for (const answer of [closing, hurrying, `${ok}HTTP/1.1`]) {
    server.answer = (socket) => void socket.write(answer);
    assert.equal(await ask(pool).text, 'ok');
  }
  server.answer = (socket) => void socket.end(ok);
  assert.equal(await ask(pool).text, 'ok');
  await sleep(50);
  assert.equal(await ask(pool).text, 'ok');
  assert.equal(server.accepted, 5);
});

test('one that was idle for long is not used again, and ends by itself', async () => {
  await using server = await new RawServer().listen();
  await using pool = openPool(server.port, { idleMs: 60 });
  await ask(pool).text;
  const [socket] = server.sockets;
  if (socket?.closed === false) await once(socket, 'close');
  await ask(pool).text;
  assert.equal(server.accepted, 2);
});

test('what a server says that was not asked ends the connection, not the process', async () => {
  await using server = await new RawServer().listen();
  await using pool = openPool(server.port);
  await ask(pool).text;
  for (const socket of server.sockets) socket.write(ok);
  await sleep(50);
  assert.equal(server.sockets.size, 0);
  assert.equal(await ask(pool).text, 'ok');
});

test('a request fails when its connection breaks, the next has another', async () => {
  await using server = await new RawServer().listen();
  await using pool = openPool(server.port);
  const answers: readonly ((socket: Socket) => void)[] = [
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end(),
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhal'),
    (socket) => socket.write('nonsense\r\n\r\n'),
  ];
  for (const answer of answers) {
    server.answer = answer;
    const broken = ask(pool);
    await assert.rejects(broken.text);
    assert.notEqual(broken.connection, null);
    server.answer = (socket) => void socket.write(ok);
    assert.equal(await ask(pool).text, 'ok');
  }
});

test('nothing is sent on a connection that has been read to its end', async () => {
  await using server = await new RawServer().listen();
  await using pool = openPool(server.port);
  await ask(pool).text;
  for (const socket of server.sockets) socket.end();
  const ends = performance.now() + 50;
  // The end and the turn to send come together.
  setImmediate(() => {
    while (performance.now() < ends);
  });
  await sleep(1);
  for (let sent = 0; sent < 3; sent += 1) assert.equal(await ask(pool).text, 'ok');
});

test('a connection whose request is still being sent when the answer is there is not used again', async () => {
  await using server = await new RawServer().listen();
  await using pool = openPool(server.port);
  server.answer = (socket) => {
    socket.pause().write(ok);
  };
  const large = new Asked(Buffer.alloc(8 * 1024 * 1024, 'x'));
  pool.send(large);
  assert.equal(await large.text, 'ok');
  server.answer = (socket) => void socket.write(ok);
  assert.equal(await ask(pool).text, 'ok');
  assert.equal(server.accepted, 2);
});

test('aborted, it ends its connection and leaves the others alone', async () => {
  await using server = await new RawServer().listen();
  await using pool = openPool(server.port);
  server.answer = () => undefined;
  const aborted = ask(pool);
  await sleep(50);
  server.answer = (socket) => void socket.write(ok);
  const other = ask(pool);
  aborted.connection?.destroy(new Error('too late'));
  await assert.rejects(aborted.text, /too late/);
  assert.equal(await other.text, 'ok');
});

test('where nobody listens each request fails, and none has been sent', async () => {
  const gone = await new RawServer().listen();
  const { port } = gone;
  await gone[Symbol.asyncDispose]();
  await using pool = openPool(port);
  const asked = Array.from({ length: 7 }, () => ask(pool));
  for (const one of asked) {
    await assert.rejects(one.text, /ECONNREFUSED/);
    assert.equal(one.connection, null);
  }
});

test('closed, it answers what was sent and takes nothing more', async () => {
  await using server = await new RawServer().listen();
  const pool = openPool(server.port, { connectionsMax: 1 });
  server.answer = (socket) => void setTimeout(() => socket.write(ok), 50);
  const sent = [ask(pool), ask(pool)];
  const closing = pool[Symbol.asyncDispose]();
  await assert.rejects(ask(pool).text, /closed/);
  await closing;
  assert.deepEqual(await Promise.all(sent.map(({ text }) => text)), ['ok', 'ok']);
});

test('over TLS the certificate has to be right', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'messageme-tls-'));
  try {
    const keytool = (...args: readonly string[]) => {
      const common = ['-keystore', join(folder, 'key.p12'), '-storepass', 'secret', '-alias', 'rooms'];
      const { status, stdout, stderr } = spawnSync('keytool', [...args, ...common], { encoding: 'utf8' });
      assert.equal(status, 0, stdout + stderr);
    };
    keytool(
      ...['-genkeypair', '-storetype', 'PKCS12', '-keyalg', 'EC', '-dname', 'CN=rooms', '-validity', '2'],
      ...['-ext', 'SAN=ip:127.0.0.1', '-ext', 'BC=ca:true'],
    );
    keytool('-exportcert', '-rfc', '-file', join(folder, 'certificate.pem'));
    const pfx = readFileSync(join(folder, 'key.p12'));
    const listen = () =>
      new RawServer((listener) => createTlsServer({ pfx, passphrase: 'secret' }, listener)).listen();
    const toUrl = ({ port }: RawServer) => new URL(`https://127.0.0.1:${port}/`);
    {
      await using server = await listen();
      await using pool = openPool(server.port, { url: toUrl(server) });
      await assert.rejects(ask(pool).text, /self-signed/);
      assert.equal(server.requests, 0);
    }
    const certificate = readFileSync(join(folder, 'certificate.pem'), 'utf8');
    setDefaultCACertificates([...getCACertificates('default'), certificate]);
    await using server = await listen();
    await using pool = openPool(server.port, { url: toUrl(server) });
    for (let sent = 0; sent < 3; sent += 1) assert.equal(await ask(pool).text, 'ok');
    assert.equal(server.accepted, 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
