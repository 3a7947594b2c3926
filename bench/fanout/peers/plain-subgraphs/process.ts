/**
 * Stands for all of MessageMe's subgraphs in one process that nothing can wait for: people over HTTP, events over graphql-transport-ws, both without
 * authentication, events made when `POST /publish` says so. An event is executed once for each document and sent to all who asked with it. Started by
 * ../plain-backend.ts with its port and the WebSocket subprotocols that it speaks.
 */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import type { Order } from '../peer.ts';
import { createEventStreams } from './event-streams.ts';
import { createPeople } from './people.ts';

const [port, protocols = '', ...conversationIds] = process.argv.slice(2);
const people = createPeople();
const streams = createEventStreams();
const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  handleProtocols: (offered) => protocols.split(',').find((protocol) => offered.has(protocol)) ?? false,
});

createServer(async (request, response) => {
  if (request.method === 'GET') {
    response.end();
  } else if (request.url === '/publish') {
    for (const { conversation, events } of (await json(request)) as readonly Order[])
      streams.publish(conversationIds[conversation] ?? '', events);
    response.end();
  } else {
    const answer = await people.answer((await json(request)) as Parameters<typeof people.answer>[0]);
    response.setHeader('content-type', 'application/json');
    response.setHeader('cache-control', 'public, max-age=60');
    response.end(JSON.stringify(answer));
  }
})
  .on('upgrade', (request, stream, head) =>
    sockets.handleUpgrade(request, stream, head, (socket) => streams.serve(socket, stream)),
  )
  .listen(Number(port), '127.0.0.1');
