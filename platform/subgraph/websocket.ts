/**
 * LIVE: the subscriptions of a subgraph over graphql-transport-ws, many of one gateway on one socket. The
 * socket proves with the internal key that it is ours; each operation brings its own viewer. Made by the
 * composition root of a subgraph, put on the HTTP server's upgrades at /graphql.
 */
import type { ExecutionArgs, FormattedExecutionResult, GraphQLSchema } from 'graphql';
import { GraphQLError, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import type { Context, ExecutionResult, OperationResult, SubscribePayload } from 'graphql-ws';
import { handleProtocols, makeServer } from 'graphql-ws';
import { LRUCache } from 'lru-cache';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { gatherWrites } from '#platform/gathered-writes.ts';
import { badUserInput, createErrorMask } from '#platform/graphql-errors.ts';
import type { HandleUpgrade } from '#platform/http.ts';
import { createInternalKeyCheck } from '#platform/internal-key.ts';
import type { Logger } from '#platform/logger.ts';
import type { SubgraphContext } from '#schema/context.ts';
import { closeCodes } from '#schema/errors.ts';
import type { Authentication } from './authenticate.ts';
import { authenticate } from './authenticate.ts';
import type { EventWindow } from './event-window.ts';
import { createEventWindow, readEventsUnderWayMax, readTakenEvents } from './event-window.ts';

export interface SubgraphSocketOptions {
  readonly schema: GraphQLSchema;
  readonly authentication: Authentication;
  readonly internalKey: string;
  readonly frameBytesMax: number;
  /** Time between pings; a socket that has not answered the last one is dropped. */
  readonly heartbeatMs: number;
  readonly logger: Logger;
}

export interface SubgraphSocket extends AsyncDisposable {
  readonly handleUpgrade: HandleUpgrade;
}

interface Extra extends Record<PropertyKey, unknown> {
  readonly socket: WebSocket;
  /** Of the running operations, by id. */
  readonly windows: Map<string, EventWindow<unknown>>;
}
type Prepared = Pick<ExecutionArgs, 'document'> | readonly GraphQLError[];

const documentsMax = 1_000;
const internalError = 1011;
const closeWaitMs = 2_000;
/** From there on sending waits. */
const unsentBytesMax = 64 * 1024;

/**
 * Disposing it closes all sockets with 1012: whoever was subscribed comes back elsewhere, with their cursor.
 */
export function createSubgraphSocket(options: SubgraphSocketOptions): SubgraphSocket {
  const server = createProtocolServer(options);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.frameBytesMax,
    perMessageDeflate: false,
    handleProtocols,
  });
  return {
    handleUpgrade: (request, stream, head) => {
      const beforeWrite = gatherWrites(stream);
      sockets.handleUpgrade(request, stream, head, (socket) =>
        serve({ socket, beforeWrite }, server, options),
      );
    },
    async [Symbol.asyncDispose]() {
      const closed = [...sockets.clients].map(closeForRestart);
      await Promise.all(closed);
      sockets.close();
    },
  };
}

function createProtocolServer({ schema, authentication, internalKey, logger }: SubgraphSocketOptions) {
  const isOurs = createInternalKeyCheck(internalKey);
  const mask = createErrorMask(logger);
  const prepare = createDocumentCache(schema);
  return makeServer<{ internalKey?: unknown }, Extra>({
    onConnect: ({ connectionParams, extra }) => {
      if (isOurs(connectionParams?.internalKey)) return true;
      extra.socket.close(closeCodes.unauthenticated, 'Only the gateway is answered');
      return false;
    },
    onSubscribe: async (_context: Context<{ internalKey?: unknown }, Extra>, _id, payload) => {
      const prepared = prepare(payload);
      if (!('document' in prepared)) return prepared;
      try {
        const contextValue = await createContext(payload, authentication);
        const { operationName, variables: variableValues } = payload;
        return {
          schema,
          document: prepared.document,
          operationName,
          variableValues,
          contextValue,
          rootValue: undefined,
        };
      } catch (error) {
        // Thrown here it would close the socket, and with it the streams of everybody else.
        return [
          error instanceof GraphQLError ? error : new GraphQLError('', { originalError: toError(error) }),
        ];
      }
    },
    onOperation: (...[{ extra }, id, { extensions }, , result]) => {
      const eventsUnderWayMax = readEventsUnderWayMax(extensions);
      if (eventsUnderWayMax === null || !isStream(result)) return undefined;
      const window = createEventWindow(result, eventsUnderWayMax);
      extra.windows.set(id, window);
      return window.stream;
    },
    onPong: ({ extra }, payload) => {
      const told = readTakenEvents(payload);
      if (told !== null) extra.windows.get(told.operationId)?.noteTaken(told.taken);
    },
    onComplete: ({ extra }, id) => void extra.windows.delete(id),
    onNext: (...[, , , , result]) => maskErrors(result, mask),
    onError: (...[, , , errors]) => errors.map((error) => mask(error.toJSON(), error)),
  });
}

function isStream(result: OperationResult): result is AsyncIterableIterator<ExecutionResult> {
  return typeof result === 'object' && Symbol.asyncIterator in result;
}

type Mask = ReturnType<typeof createErrorMask>;

function maskErrors(
  { errors, data, extensions }: ExecutionResult,
  mask: Mask,
): FormattedExecutionResult | undefined {
  if (errors === undefined) return undefined;
  return {
    ...(data === undefined ? {} : { data }),
    ...(extensions === undefined ? {} : { extensions }),
    errors: errors.map((error) => mask(error.toJSON(), error)),
  };
}

/** Parses and validates each document once; a gateway sends the same few again and again. */
function createDocumentCache(schema: GraphQLSchema): (payload: SubscribePayload) => Prepared {
  const known = new LRUCache<string, Prepared>({ max: documentsMax });

  function read({ query }: SubscribePayload): Prepared {
    try {
      const document = parse(query, { noLocation: true });
      const problems = validate(schema, document);
      return problems.length > 0 ? problems.map(toValidationError) : { document };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [new GraphQLError(error.message, { extensions: { code: 'GRAPHQL_PARSE_FAILED' } })];
    }
  }

  return (payload) => {
    const prepared = known.get(payload.query) ?? read(payload);
    known.set(payload.query, prepared);
    if (!('document' in prepared)) return prepared;
    const operation = getOperationAST(prepared.document, payload.operationName);
    if (operation?.operation !== 'subscription') {
      return [badUserInput('Only subscriptions are served here; send queries and mutations over HTTP.')];
    }
    const variables = getVariableValues(schema, operation.variableDefinitions ?? [], payload.variables ?? {});
    return variables.errors === undefined
      ? prepared
      : variables.errors.map(({ message }) => badUserInput(message));
  };
}

function toValidationError({ message }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

async function createContext(
  payload: SubscribePayload,
  authentication: Authentication,
): Promise<SubgraphContext> {
  const authorization = payload.extensions?.authorization;
  const viewer = await authenticate(
    typeof authorization === 'string' ? authorization : undefined,
    authentication,
  );
  return { viewer, client: { ipAddress: null, userAgent: null } };
}

/**
 * Joins a socket and the protocol; when much is unsent, sending waits until it has left, so a slow peer slows the
 * streams that feed it.
 */
function serve(
  { socket, beforeWrite }: { readonly socket: WebSocket; readonly beforeWrite: () => void },
  server: ReturnType<typeof createProtocolServer>,
  { heartbeatMs, logger }: SubgraphSocketOptions,
): void {
  const stopHeartbeat = startHeartbeat(socket, heartbeatMs);
  const onClosed = server.opened(
    {
      protocol: socket.protocol,
      send: (text) => {
        beforeWrite();
        return send(socket, text);
      },
      close: (code, reason) => socket.close(code, reason),
      onMessage: (take) => socket.on('message', (data: RawData) => void takeMessage(take, data)),
    },
    { socket, windows: new Map() },
  );

  async function takeMessage(take: (text: string) => Promise<void>, data: RawData): Promise<void> {
    try {
      await take(String(data));
    } catch (error) {
      logger.error({ err: error }, 'a WebSocket message could not be handled');
      socket.close(internalError, 'Internal error');
    }
  }

  socket.on('error', (error) => logger.debug({ err: error }, 'a WebSocket failed'));
  socket.once('close', (code, reason) => {
    stopHeartbeat();
    onClosed(code, String(reason)).catch((error: unknown) => {
      logger.error({ err: error }, 'the operations of a closed WebSocket could not be ended');
    });
  });
}

function send(socket: WebSocket, text: string): Promise<void> | void {
  if (socket.readyState !== socket.OPEN) return undefined;
  if (socket.bufferedAmount < unsentBytesMax) return socket.send(text);
  return new Promise((resolve, reject) => {
    // A socket that closes while it sends ends its operations by its close event.
    socket.send(text, (error) =>
      error == null || socket.readyState !== socket.OPEN ? resolve() : reject(error),
    );
  });
}

function startHeartbeat(socket: WebSocket, heartbeatMs: number): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
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

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
