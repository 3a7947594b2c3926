/**
 * LIVE, the client's end: graphql-transport-ws on the same port and path as HTTP. Queries and mutations run through the same Apollo Server (http.ts),
 * subscriptions through the engine; each socket is a client-socket.ts. Made by gateway.ts.
 */
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { HandleUpgrade } from '#platform/http.ts';
import { SocketWriter } from '#platform/transport-ws/socket-writer.ts';
import type { ClientSocketParts } from './client-socket.ts';
import { ClientSocket } from './client-socket.ts';
import type { Connections } from './connections.ts';
import type { OriginCheck } from './origins.ts';
import { readClient } from './viewer.ts';

export interface WebSocketOptions extends ClientSocketParts {
  readonly connections: Connections;
  readonly isOriginAllowed: OriginCheck;
}

export interface WebSocketEndpoint extends Disposable {
  readonly handleUpgrade: HandleUpgrade;
}

/** Takes upgrades until it is disposed. The sockets themselves are closed by their owner, connections.ts. */
export function createWebSocketEndpoint(options: WebSocketOptions): WebSocketEndpoint {
  const { config, connections, admission, isOriginAllowed, logger } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: config.frameBytesMax,
    perMessageDeflate: config.socketCompressionEnabled,
    handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  /** Those that have answered the last ping. */
  const awake = new WeakSet<WebSocket>();
  const writers = new WeakMap<WebSocket, SocketWriter>();
  const heartbeat = setInterval(() => {
    for (const socket of server.clients) {
      // A ping stands behind what a slow client is still reading.
      if (awake.delete(socket) || writers.get(socket)?.isTaking(2 * config.heartbeatMs) === true)
        socket.ping();
      else socket.terminate();
    }
  }, config.heartbeatMs);
  return {
    handleUpgrade: (request, stream, head) => {
      if (!isOriginAllowed(request)) {
        stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const client = readClient(request, config);
      const { authorization } = request.headers;
      server.handleUpgrade(request, stream, head, (socket) => {
        const writer = new SocketWriter(socket, stream);
        writers.set(socket, writer);
        const connection = new ClientSocket({ writer, client, authorization }, options);
        connections.add(connection);
        awake.add(socket);
        socket.on('pong', () => awake.add(socket));
        socket.on('error', (error) => logger.debug({ err: error }, 'client socket failed'));
        socket.on('message', (data) => connection.receive(String(data)));
        socket.once('close', () => {
          admission.forget(connection);
          connection.closed();
        });
      });
    },
    [Symbol.dispose]: () => clearInterval(heartbeat),
  };
}
