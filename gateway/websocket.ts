/**
 * LIVE, the client's end: graphql-transport-ws on the same port and path as HTTP. Queries and mutations run through the same Apollo Server (http.ts),
 * subscriptions through subscriptions/; tokens, limits and close codes are decided here. Made by gateway.ts.
 */
import type { IncomingMessage } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import type {
  ExecutionArgs,
  ExecutionResult,
  FormattedExecutionResult,
  GraphQLFormattedError,
} from 'graphql';
import { GraphQLError, getOperationAST } from 'graphql';
import type { ServerOptions, Context as SocketContext, SubscribePayload } from 'graphql-ws';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { gatherWrites } from '#platform/gathered-writes.ts';
import { createGraphQLError, unauthenticated } from '#platform/graphql-errors.ts';
import type { HandleUpgrade } from '#platform/http.ts';
import type { Logger } from '#platform/logger.ts';
import { closeCodes } from '#schema/errors.ts';
import type { GatewayConfig } from './config.ts';
import type { Connections } from './connections.ts';
import { closeSocket, createConnections } from './connections.ts';
import type { OperationLimits } from './limits.ts';
import { unclearOperation } from './limits.ts';
import { createMessageBudget } from './message-budget.ts';
import type { MutationTurns } from './mutation-turns.ts';
import { createMutationTurns } from './mutation-turns.ts';
import type { OriginCheck } from './origins.ts';
import type { FormatError } from './subscriptions/execute-event.ts';
import type { Generation, SubscriptionPlan } from './subscriptions/generation.ts';
import type { Subscribe } from './subscriptions/subscribe.ts';
import { coerceVariables } from './subscriptions/subscribe.ts';
import type { GatewayContext, Identity, IdentityOptions } from './viewer.ts';
import { describeRefusal, identify, readClient, readInitAuthorization } from './viewer.ts';

export interface WebSocketOptions {
  readonly config: GatewayConfig;
  readonly server: ApolloServer<GatewayContext>;
  readonly limits: OperationLimits;
  readonly identity: IdentityOptions;
  readonly isOriginAllowed: OriginCheck;
  readonly currentGeneration: () => Generation;
  readonly subscribe: Subscribe;
  readonly formatError: FormatError;
  readonly onRevoked: (listener: (sessionId: string) => void) => () => void;
  readonly logger: Logger;
}

export interface WebSocketEndpoint extends AsyncDisposable {
  readonly handleUpgrade: HandleUpgrade;
  readonly connections: Connections;
}

/** What a socket carries around. */
interface Session {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly mutations: MutationTurns;
  identity: Identity;
}

/** What `onSubscribe` prepares for `execute` and `subscribe`. */
interface Operation {
  readonly payload: SubscribePayload;
  readonly context: GatewayContext;
  readonly socket: WebSocket;
  /** Null for queries and subscriptions. */
  readonly mutations: MutationTurns | null;
  /** Null for queries and mutations. */
  readonly subscription: {
    readonly plan: SubscriptionPlan;
    readonly variables: Record<string, unknown>;
  } | null;
}

type Ctx = SocketContext<Record<string, unknown>, Session>;

const internalErrorCode = 1011;
/** Of the bytes that may be unsent; from there on streams wait. */
const waitShare = 1 / 16;

/** Takes upgrades until it is disposed; then every socket is closed with 1012. */
export function createWebSocketEndpoint(options: WebSocketOptions): WebSocketEndpoint {
  const { config, isOriginAllowed } = options;
  const connections = createConnections(config.userSocketsMax);
  const graphql = makeServer<Record<string, unknown>, Session>(createProtocolOptions(options, connections));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: config.frameBytesMax,
    perMessageDeflate: false,
    handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  const heartbeat = setInterval(() => checkAlive(connections), config.heartbeatMs);
  const unlisten = options.onRevoked((sessionId) => connections.closeSession(sessionId));
  return {
    connections,
    handleUpgrade: (request, stream, head) => {
      if (!isOriginAllowed(request)) {
        stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const beforeWrite = gatherWrites(stream);
      sockets.handleUpgrade(request, stream, head, (socket) =>
        serveSocket({ socket, request, beforeWrite, graphql, connections }, options),
      );
    },
    [Symbol.asyncDispose]: async () => {
      unlisten();
      clearInterval(heartbeat);
      await connections.closeAll();
    },
  };
}

interface Opened {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly beforeWrite: () => void;
  readonly graphql: ReturnType<typeof makeServer<Record<string, unknown>, Session>>;
  readonly connections: Connections;
}

function serveSocket(
  { socket, request, beforeWrite, graphql, connections }: Opened,
  { config, logger }: WebSocketOptions,
): void {
  const budget = createMessageBudget({
    perSecondMax: config.socketMessagesPerSecondMax,
    burst: config.socketOperationsMax,
  });
  connections.add(socket);
  awake.add(socket);
  socket.on('pong', () => awake.add(socket));
  socket.on('error', (error) => logger.debug({ err: error }, 'client socket failed'));
  const onClosed = graphql.opened(
    {
      protocol: socket.protocol,
      send: (text) => {
        beforeWrite();
        return sendText(socket, text, config.socketBufferBytesMax);
      },
      close: (code, reason) => closeSocket(socket, code ?? internalErrorCode, reason ?? ''),
      onMessage: (take) => {
        socket.on('message', (data) => {
          if (socket.readyState !== socket.OPEN) return;
          if (!budget.take()) return closeSocket(socket, closeCodes.overloaded, 'Too many messages');
          take(String(data)).catch((error: unknown) => closeAfterFailure(socket, error, logger));
        });
      },
    },
    {
      socket,
      request,
      mutations: createMutationTurns(config.subgraphTimeoutMs),
      identity: { kind: 'anonymous' },
    },
  );
  socket.once('close', (code, reason) => {
    connections.remove(socket);
    onClosed(code, String(reason)).catch((error: unknown) =>
      logger.error({ err: error }, 'closing a socket failed'),
    );
  });
}

/** Sockets that have answered the last ping. */
const awake = new WeakSet<WebSocket>();

function checkAlive({ sockets }: Connections): void {
  for (const socket of sockets) {
    if (awake.delete(socket)) socket.ping();
    else socket.terminate();
  }
}

/**
 * Waits while much is unsent, and with it the stream that sends, so that a slow client is served later and not kept in memory. What can't wait, answers
 * to many operations, ends the socket when it is too much. Nobody else notices.
 */
function sendText(socket: WebSocket, text: string, bufferBytesMax: number): Promise<void> | void {
  if (socket.readyState !== socket.OPEN) return undefined;
  if (socket.bufferedAmount > bufferBytesMax)
    return closeSocket(socket, closeCodes.overloaded, 'Reading too slowly');
  if (socket.bufferedAmount < bufferBytesMax * waitShare) return socket.send(text);
  // A socket that closes meanwhile ends its operations by its close event.
  return new Promise((resolve) => socket.send(text, () => resolve()));
}

/** graphql-ws throws on a message of a type that only servers send; anything else is a fault of ours. */
function closeAfterFailure(socket: WebSocket, error: unknown, logger: Logger): void {
  if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
    closeSocket(socket, closeCodes.badRequest, 'Invalid message received');
    return;
  }
  logger.error({ err: error }, 'a socket message could not be served');
  closeSocket(socket, internalErrorCode, 'Internal server error');
}

function createProtocolOptions(
  options: WebSocketOptions,
  connections: Connections,
): ServerOptions<Record<string, unknown>, Session> {
  return {
    connectionInitWaitTimeout: options.config.connectionInitWaitMs,
    onConnect: (ctx) => admit(ctx, options, connections),
    onSubscribe: (ctx, _id, payload) => prepare(ctx, payload, options),
    execute: (args) => executeOperation(args as unknown as ExecutionArgs, options),
    subscribe: (args) => openStream(args as unknown as ExecutionArgs, options),
    // Results are formatted already; without these two graphql-ws would call toJSON on their errors.
    onNext: (...[, , , , result]) => result as FormattedExecutionResult,
    onError: (...[, , , errors]) => errors.map((error) => options.formatError(...toPair(error))),
  };
}

/** connection_init: false, with the socket closed, when the token is refused or the user has too many sockets. */
async function admit(ctx: Ctx, options: WebSocketOptions, connections: Connections): Promise<boolean> {
  const { socket, request } = ctx.extra;
  const authorization = readInitAuthorization(ctx.connectionParams) ?? request.headers.authorization;
  const identity = await identify(authorization, options.identity).catch((error: unknown) => {
    options.logger.error({ err: error }, 'access tokens can not be checked');
    return null;
  });
  if (identity === null) return refuse(socket, closeCodes.overloaded, 'Sign-in is not available, try again');
  ctx.extra.identity = identity;
  if (identity.kind === 'anonymous') return true;
  if (identity.kind === 'refused') {
    const code = identity.reason === 'expired' ? closeCodes.tokenExpired : closeCodes.unauthenticated;
    return refuse(socket, code, describeRefusal(identity.reason));
  }
  if (!connections.identify(socket, identity.viewer))
    return refuse(socket, closeCodes.overloaded, 'Too many sockets');
  const lifeMs = Math.min(identity.viewer.expiresAtMs - Date.now(), 2 ** 31 - 1);
  const expiry = setTimeout(
    () => closeSocket(socket, closeCodes.tokenExpired, describeRefusal('expired')),
    lifeMs,
  );
  socket.once('close', () => clearTimeout(expiry));
  return true;
}

function refuse(socket: WebSocket, code: number, reason: string): false {
  closeSocket(socket, code, reason);
  return false;
}

/** The operation to run, or what is wrong with it. Queries and mutations are checked here too, or their problems would come as a result, not as an error. */
function prepare(
  ctx: Ctx,
  payload: SubscribePayload,
  options: WebSocketOptions,
): ExecutionArgs | readonly GraphQLError[] {
  try {
    return prepareOperation(ctx, payload, options);
  } catch (error) {
    const [, known] = toPair(error);
    return [known];
  }
}

function prepareOperation(
  { extra, subscriptions }: Ctx,
  payload: SubscribePayload,
  { config, limits, currentGeneration }: WebSocketOptions,
): ExecutionArgs | readonly GraphQLError[] {
  if (Object.keys(subscriptions).length > config.socketOperationsMax) {
    const message = `A socket may run ${config.socketOperationsMax} operations at a time.`;
    return [createGraphQLError('RATE_LIMITED', message, { retryAfterMs: 1_000 })];
  }
  const document = limits.parseDocument(payload.query);
  const operationName = payload.operationName ?? undefined;
  const operation = getOperationAST(document, operationName);
  if (!operation) return [unclearOperation()];
  const context = { identity: extra.identity, client: readClient(extra.request, config.trustProxy) };
  const { socket } = extra;
  const mutations = operation.operation === 'mutation' ? extra.mutations : null;
  const generation = currentGeneration();
  const prepared = { schema: generation.schema, document, operationName };
  const problems = limits.findProblems(generation.schema, document);
  if (problems.length > 0) return problems;
  if (operation.operation !== 'subscription') {
    return {
      ...prepared,
      contextValue: { payload, context, socket, mutations, subscription: null } satisfies Operation,
    };
  }
  if (extra.identity.kind !== 'viewer')
    return [unauthenticated('Sign in first: send `authorization` in connection_init.')];
  const plan = generation.planSubscription({ source: payload.query, document, operationName });
  const variables = coerceVariables(plan, payload.variables ?? {});
  return {
    ...prepared,
    contextValue: {
      payload,
      context,
      socket,
      mutations,
      subscription: { plan, variables },
    } satisfies Operation,
  };
}

async function executeOperation(args: ExecutionArgs, options: WebSocketOptions): Promise<ExecutionResult> {
  const { payload, context, mutations } = args.contextValue as Operation;
  const { query, variables, operationName } = payload;
  const request = { query, variables: variables ?? {}, ...(operationName ? { operationName } : {}) };
  try {
    const run = () => options.server.executeOperation(request, { contextValue: context });
    const { body } = await (mutations === null ? run() : mutations.take(run));
    if (body.kind === 'single') return body.singleResult as unknown as ExecutionResult;
    throw new Error('an incremental result on a socket');
  } catch (error) {
    const [{ extensions, ...formatted }, known] = toPair(error);
    const { http: _status, ...shown } = extensions ?? {};
    return {
      errors: [options.formatError({ ...formatted, extensions: shown }, known)],
    } as unknown as ExecutionResult;
  }
}

function openStream(args: ExecutionArgs, options: WebSocketOptions): AsyncIterableIterator<ExecutionResult> {
  const { context, socket, subscription } = args.contextValue as Operation;
  const { identity } = context;
  if (subscription === null || identity.kind !== 'viewer')
    throw new Error('a subscription without a plan or a viewer');
  const stream = options.subscribe({
    ...subscription,
    authorization: identity.authorization,
    context,
    onInterrupted: (reason) =>
      closeSocket(socket, reason === 'upstream lost' ? closeCodes.restarting : closeCodes.overloaded, reason),
  });
  return stream as AsyncIterableIterator<FormattedExecutionResult> as AsyncIterableIterator<ExecutionResult>;
}

function toPair(error: unknown): [GraphQLFormattedError, GraphQLError] {
  const known =
    error instanceof GraphQLError ? error : new GraphQLError('unexpected', { originalError: error as Error });
  return [known.toJSON(), known];
}
