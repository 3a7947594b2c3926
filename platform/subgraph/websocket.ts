/**
 * LIVE 1/2: the subscriptions of a subgraph over graphql-transport-ws, many of one gateway on one socket, and what they have in common on it once. The
 * socket proves with the internal key that it is ours; each operation brings its own viewer. Made by the composition root of a subgraph, put on the
 * HTTP server's upgrades at /graphql.
 */
import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { createErrorMask, overloaded } from '#platform/graphql-errors.ts';
import type { HandleUpgrade } from '#platform/http.ts';
import type { Logger } from '#platform/logger.ts';
import { createSecretCheck } from '#platform/secret-check.ts';
import { Connection } from '#platform/transport-ws/connection.ts';
import { SocketWriter } from '#platform/transport-ws/socket-writer.ts';
import { closeCodes } from '#schema/errors.ts';
import type { Authentication } from './authenticate.ts';
import { readTakenEvents } from './event-window.ts';
import { MulticastFrames, multicastProtocol } from './multicast.ts';
import { createPrepareOperation } from './prepared-operations.ts';
import type { SerializedResult } from './shared-execution.ts';
import { createSharedExecution } from './shared-execution.ts';
import type { Peer, SubscriptionParts } from './subscription.ts';
import { Subscription } from './subscription.ts';

export interface SubgraphSocketOptions {
  readonly schema: GraphQLSchema;
  readonly authentication: Authentication;
  readonly internalKey: string;
  readonly frameBytesMax: number;
  /** Time between pings; a socket that has not answered the last one is dropped. */
  readonly heartbeatMs: number;
  /** When an event of a stream happened, in milliseconds since 1970, for the gateway's metrics. */
  readonly readEventTime?: (event: unknown) => number | null;
  readonly logger: Logger;
}

export interface SubgraphSocket extends AsyncDisposable {
  readonly handleUpgrade: HandleUpgrade;
  /** Closes all sockets with 1012: gateways go on at another copy, where each subscription has come to. */
  sendAway(): Promise<void>;
}

const initWaitMs = 3_000;
/** Of one gateway's connection; the subgraph has a bound of its own for all of its streams. */
const operationsMax = 100_000;
const closeWaitMs = 2_000;
const retryAfterMs = 2_000;

/** Disposing it sends everybody away. */
export function createSubgraphSocket(options: SubgraphSocketOptions): SubgraphSocket {
  const { schema, authentication, logger } = options;
  const mask = createErrorMask(logger);
  const maskOne = (error: GraphQLError) => mask(error.toJSON(), error);
  const parts: SubscriptionParts = {
    schema,
    authentication,
    prepare: createPrepareOperation(schema),
    shared: createSharedExecution({
      schema,
      serialize: (result) => serialize(result, maskOne),
      readEventTime: options.readEventTime ?? (() => null),
    }),
    mask: maskOne,
  };
  const isOurs = createSecretCheck(options.internalKey);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.frameBytesMax,
    perMessageDeflate: false,
    handleProtocols: (offered) =>
      [multicastProtocol, GRAPHQL_TRANSPORT_WS_PROTOCOL].find((protocol) => offered.has(protocol)) ?? false,
  });
  const sendAway = async () => {
    await Promise.all([...sockets.clients].map(closeForRestart));
  };
  return {
    handleUpgrade: (request, stream, head) =>
      sockets.handleUpgrade(request, stream, head, (socket) => {
        const writer = new SocketWriter(socket, stream);
        const stopHeartbeat = startHeartbeat(writer, options.heartbeatMs);
        socket.on('error', (error) => logger.debug({ err: error }, 'a WebSocket failed'));
        socket.once('close', stopHeartbeat);
        serve({ writer, parts, isOurs });
      }),
    sendAway,
    async [Symbol.asyncDispose]() {
      await sendAway();
      sockets.close();
    },
  };
}

interface Serving {
  readonly writer: SocketWriter;
  readonly parts: SubscriptionParts;
  readonly isOurs: ReturnType<typeof createSecretCheck>;
}

/** Joins a socket and the protocol. */
function serve({ writer, parts, isOurs }: Serving): void {
  const { socket } = writer;
  const connection: Connection<Subscription> = new Connection({
    writer,
    initWaitMs,
    operationsMax,
    init: async ({ internalKey }) => {
      if (isOurs(internalKey)) return {};
      connection.close(closeCodes.unauthenticated, 'Only the gateway is answered');
      return null;
    },
    subscribe: (id, payload) => new Subscription({ id, payload, parts, peer }),
    refusal: () => overloaded(retryAfterMs).toJSON(),
    pong: (payload) => {
      for (const [id, count] of readTakenEvents(payload)) connection.operation(id)?.noteTaken(count);
    },
  });
  const peer = createPeer(connection, writer);
  socket.on('message', (data: RawData) => connection.receive(String(data)));
  socket.once('close', () => connection.closed());
}

function createPeer(connection: Connection<Subscription>, writer: SocketWriter): Peer {
  const frames = new MulticastFrames();
  const sendFrames = () => {
    for (const text of frames.take()) writer.send(text);
  };
  const isMulticast = writer.socket.protocol === multicastProtocol;
  const waiting = new Set<Subscription>();
  writer.beforeFlush = sendFrames;
  writer.onDrain = () => {
    // Who fills it again is behind the others.
    for (const operation of waiting) {
      if (writer.isFull) return;
      waiting.delete(operation);
      operation.resume();
    }
  };
  return {
    next: (operation, result) => {
      if (isMulticast) writer.announce(frames.add(operation, result));
      else writer.send(toMessage(operation.id, result));
    },
    complete: (operation) => {
      sendFrames();
      connection.complete(operation);
    },
    error: (operation, errors) => {
      sendFrames();
      connection.error(operation, errors);
    },
    hasRoomFor: (operation) => {
      if (writer.isFull) waiting.add(operation);
      return !writer.isFull;
    },
  };
}

function toMessage(id: string, { text }: SerializedResult): string {
  return `{"type":"next","id":${JSON.stringify(id)},"payload":${text}}`;
}

function serialize(
  { errors, data, extensions }: ExecutionResult,
  mask: (error: GraphQLError) => object,
): string {
  return JSON.stringify({
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map(mask) }),
    ...(extensions === undefined ? {} : { extensions }),
  });
}

function startHeartbeat(writer: SocketWriter, heartbeatMs: number): () => void {
  const { socket } = writer;
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    // A ping stands behind what a slow gateway is still reading.
    if (!isAlive && !writer.isTaking(2 * heartbeatMs)) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, heartbeatMs);
  return () => clearInterval(timer);
}

async function closeForRestart(socket: WebSocket): Promise<void> {
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close(closeCodes.restarting, 'Restarting');
  const overdue = setTimeout(() => socket.terminate(), closeWaitMs);
  await closed;
  clearTimeout(overdue);
}
