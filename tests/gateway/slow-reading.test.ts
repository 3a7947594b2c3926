/** The end of a response reaches whoever reads, however slowly, and keeps nobody who has stopped. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { endOnceRead } from '#gateway/slow-reading.ts';

const bytes = 24 * 1024 * 1024;
const stalledMs = 2_000;

/** Answers with one long write. The result says how many bytes came and whether the end did. */
async function fetchSlowly(
  pauseMs: number | null,
): Promise<{ received: number; isWhole: boolean; ms: number }> {
  const startedAt = performance.now();
  const server = createServer((_request, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write(Buffer.alloc(bytes, 'x'));
    endOnceRead(response, stalledMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const read = await new Promise<{ received: number; isWhole: boolean }>((resolve) => {
    const request = get({ port, host: '127.0.0.1', agent: false }, async (response) => {
      let received = 0;
      response.on('error', () => undefined);
      response.on('close', () => resolve({ received, isWhole: response.complete }));
      if (pauseMs === null) {
        response.pause();
        await new Promise((closed) => server.once('close', closed));
        response.destroy();
        return;
      }
      for await (const chunk of response) {
        received += (chunk as Buffer).length;
        await delay(pauseMs);
      }
    });
    request.on('error', () => undefined);
    server.once('connection', (socket) => socket.once('close', () => server.close()));
  });
  server.closeAllConnections();
  server.close();
  return { ...read, ms: performance.now() - startedAt };
}

test('who reads a long answer slowly gets all of it', async () => {
  const { received, isWhole, ms } = await fetchSlowly(8);
  assert.deepEqual([received, isWhole], [bytes, true]);
  assert.ok(ms > stalledMs, `it was not slow: ${ms} ms`);
});

test('who has stopped reading is cut off', async () => {
  const { received, isWhole } = await fetchSlowly(null);
  assert.deepEqual([received, isWhole], [0, false]);
});
