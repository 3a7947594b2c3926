/** The wrapped client of graphql-sse resumes too: a server that breaks each stream off after a few events is read to the end, each event once. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createClient } from 'graphql-sse';
import { resumable, retryWait } from '#clients/resumable/resumable.ts';

const events = 40;
const eventsPerConnection = 3;

interface Received {
  readonly variables: { readonly after: string | null };
}

/** Event `n` has the cursor `n`; after so many it resets the connection, after the last it completes. */
async function startServer(): Promise<{ url: string; afters: (string | null)[] } & AsyncDisposable> {
  const afters: (string | null)[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { after } = (JSON.parse(String(Buffer.concat(parts))) as Received).variables;
    afters.push(after);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const from = Number(after ?? 0) + 1;
    const to = Math.min(events, from + eventsPerConnection - 1);
    for (let n = from; n <= to; n += 1)
      response.write(`event: next\ndata: ${JSON.stringify({ data: { item: { cursor: String(n) } } })}\n\n`);
    if (to === events) response.end('event: complete\ndata: \n\n');
    else response.write(':\n\n', () => request.socket.resetAndDestroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    afters,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a stream over SSE goes on from its last cursor after each break', async () => {
  await using server = await startServer();
  const client = resumable(
    createClient({ url: server.url, retryAttempts: Number.POSITIVE_INFINITY, retry: retryWait }),
  );
  const seen: string[] = [];
  await new Promise<void>((resolve, reject) => {
    client.subscribe<{ item: { cursor: string } }>(
      {
        query: 'subscription ($after: EventCursor) { item: events(after: $after) { cursor } }',
        variables: { after: null },
      },
      {
        next: ({ data }) => seen.push(data?.item.cursor ?? 'nothing'),
        error: reject,
        complete: resolve,
      },
    );
  });
  client.dispose();
  assert.deepEqual(
    seen,
    Array.from({ length: events }, (_, index) => String(index + 1)),
  );
  assert.ok(server.afters.length >= events / eventsPerConnection);
  assert.equal(server.afters[0], null);
});
