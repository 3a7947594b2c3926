/** An answer in parts on its way to a client that reads slowly. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { LaterItem } from '#gateway/queries/deferred/deferred-answer.ts';
import { sendParts } from '#gateway/queries/deferred/parts-answer.ts';

const partChars = 4 * 1024 * 1024;
const parts = 12;

test('the next part is asked for when the client has taken the one before', async () => {
  let asked = 0;
  const item: LaterItem = { path: [], label: null, data: JSON.stringify('x'.repeat(partChars)), errors: [] };
  const later = {
    next: async () => {
      asked += 1;
      return { items: [item], hasNext: asked < parts };
    },
    stop: () => undefined,
  };
  const server = createServer((_request, response) => {
    void sendParts(response, { kind: 'parts', data: '{}', errors: [], later }, (formatted) => formatted);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n');
  await delay(500);
  const askedUnread = asked;

  let read = 0;
  socket.on('data', (chunk) => {
    read += chunk.length;
  });
  socket.resume();
  await once(socket, 'close');
  server.close();

  assert.ok(askedUnread < parts / 2, `${askedUnread} parts for a client that has read nothing`);
  assert.equal(asked, parts);
  assert.ok(read > parts * partChars);
});
