/** What is sent on a WebSocket arrives whole and in order, framed by ourselves or compressed by the library, and a peer that does not read is noticed. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { SocketWriter } from '#platform/transport-ws/socket-writer.ts';
import { until } from '../chat/until.ts';
import { Link } from '../harness/link.ts';

interface Pair extends AsyncDisposable {
  readonly writer: SocketWriter;
  readonly client: WebSocket;
  readonly link: Link;
  readonly received: string[];
}

/** Over a link, which can be slow. */
async function connect(
  perMessageDeflate: boolean,
  { bytesPerSecond }: { readonly bytesPerSecond?: number } = {},
): Promise<Pair> {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate });
  const accepted = Promise.withResolvers<SocketWriter>();
  http.on('upgrade', (request, stream, head) =>
    server.handleUpgrade(request, stream, head, (socket) =>
      accepted.resolve(new SocketWriter(socket, stream)),
    ),
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const link = await Link.open(`127.0.0.1:${(http.address() as AddressInfo).port}`);
  const client = new WebSocket(`ws://${link.address}`, { perMessageDeflate });
  const received: string[] = [];
  client.on('message', (data) => received.push(String(data)));
  const writer = await accepted.promise;
  await until('open', () => client.readyState === WebSocket.OPEN);
  if (bytesPerSecond !== undefined) link.set({ kind: 'slow', latencyMs: 0, bytesPerSecond });
  return {
    ...{ writer, client, link, received },
    async [Symbol.asyncDispose]() {
      client.terminate();
      writer.socket.terminate();
      await link[Symbol.asyncDispose]();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** Lengths around those at which a frame's header changes, and texts that are longer in bytes than in characters. */
const bodies = [0, 1, 60, 61, 62, 110, 120, 130, 65_500, 65_520, 65_536, 200_000].flatMap((length) => [
  'x'.repeat(length),
  '☃'.repeat(length / 3),
]);

for (const isCompressed of [false, true]) {
  const how = isCompressed ? 'compressed' : 'plain';

  test(`${how}: texts of every length arrive whole and in order`, async () => {
    await using pair = await connect(isCompressed);
    const sent: string[] = [];
    for (const [index, body] of bodies.entries()) {
      const head = `{"id":"${index} ☃","payload":`;
      pair.writer.sendWith(head, Buffer.from(JSON.stringify(body)));
      sent.push(`${head}${JSON.stringify(body)}}`);
      pair.writer.send(`between ${index}`);
      sent.push(`between ${index}`);
      if (index % 5 === 0) await new Promise(setImmediate);
    }
    await until('all are there', () => pair.received.length === sent.length);
    assert.deepEqual(pair.received, sent);
    assert.equal(pair.writer.socket.extensions !== '', isCompressed);
  });

  test(`${how}: a peer that does not read fills the writer, and it says when there is room again`, async () => {
    await using pair = await connect(isCompressed);
    const { writer, client, received } = pair;
    let drains = 0;
    writer.onDrain = () => {
      drains += 1;
    };
    client.pause();
    let sent = 0;
    // What can be compressed would fit into the kernel's buffers for ever.
    const noise = () => Array.from({ length: 2_000 }, () => Math.random().toString(36)).join('');
    // Until it stays full: compression and the buffers on the way take some of it for a while.
    while (!writer.isFull || writer.stalledMs < 200) {
      assert.ok(sent < 2_000, 'it never gets full');
      if (!writer.isFull) {
        writer.send(noise());
        sent += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    drains = 0;
    client.resume();
    await until('all is there', () => received.length === sent);
    await until('it is told', () => drains > 0 && !writer.isFull);
    assert.equal(writer.stalledMs, 0);
  });
}

test('a peer that reads a long message slowly is taking it; one that has stopped is not', async () => {
  await using pair = await connect(false, { bytesPerSecond: 8 * 1024 * 1024 });
  const { writer, link } = pair;
  writer.send('x'.repeat(64 * 1024 * 1024));
  await until('much waits', () => writer.unsentBytes > 0);
  for (const endAt = performance.now() + 2_500; performance.now() < endAt; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(writer.stalledMs < 2_000, `nothing was taken for ${writer.stalledMs} ms`);
  }
  assert.equal(writer.isTaking(2_000), true);
  link.set({ kind: 'black-holed' });
  await until('it is seen to have stopped', () => writer.stalledMs > 1_500 && !writer.isTaking(1_500));
});
