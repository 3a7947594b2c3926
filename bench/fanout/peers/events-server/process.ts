/**
 * The peers that have no federation behind them, each as a process: events arise in the process itself when it is told by `POST /publish`, so nothing but
 * sending them is measured. Started by ../event-servers.ts with the kind and the port.
 */
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';
import type { Order } from '../peer.ts';
import { createGraphQLServer } from './graphql-server.ts';
import { createRawServer } from './raw-server.ts';

export interface EventServer {
  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  publish(order: Order): void;
}

const kinds = {
  ws: () => createRawServer({ isBatched: false }),
  'ws-batched': () => createRawServer({ isBatched: true }),
  'graphql-ws': createGraphQLServer,
} as const satisfies Record<string, () => EventServer>;

export type EventServerKind = keyof typeof kinds;

const [kind, port] = process.argv.slice(2);
const server = kinds[kind as EventServerKind]();

createServer(async (request, response) => {
  if (request.method === 'POST')
    for (const order of (await json(request)) as readonly Order[]) server.publish(order);
  response.end();
})
  .on('upgrade', (request, stream, head) => server.handleUpgrade(request, stream, head))
  .listen(Number(port), '127.0.0.1');
