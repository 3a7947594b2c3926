/** One subgraph: SDL and resolvers behind HTTP, and graphql-transport-ws or server-sent events for subscriptions, on one port, without authentication. Made by world.ts. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import type { DocumentNode, ExecutionResult, FormattedExecutionResult, GraphQLSchema } from 'graphql';
import { graphql, parse } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/http';
import { useServer as serveSubscriptions } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

/** What resolvers know of the operation. */
export interface AuditContext {
  /** Who it is made for, when the gateway has passed that on in any way. */
  readonly viewer: string | null;
  /** Set by the root field of an event: the result is sent without `__typename`. */
  isUntyped: boolean;
}

export interface SubgraphOptions {
  /** `<name>.graphql` is its SDL. */
  readonly name: string;
  readonly port: number;
  readonly resolvers: GraphQLResolverMap<AuditContext>;
  /** Finds who an operation is made for in headers, connection parameters and extensions. */
  readonly findViewer: (...places: readonly unknown[]) => string | null;
  /** What it speaks for subscriptions. */
  readonly protocol: SubscriptionProtocol;
  /** Answers GET /streams. */
  readonly openStreams: () => Record<string, number>;
}

export type SubscriptionProtocol = 'transport-ws' | 'sse';

/** An `_entities` request: the keys it asked for. */
export type EntityRequest = readonly Record<string, unknown>[];

export interface Subgraph extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
  readonly entityRequests: readonly EntityRequest[];
  /** Resets every connection that carries subscriptions; new ones are taken. */
  cut(): void;
  /** Resets every connection and takes no new ones. */
  stop(): Promise<void>;
  /** Listens again. */
  start(): Promise<void>;
}

/** Listening. */
export async function startSubgraph(options: SubgraphOptions): Promise<Subgraph> {
  const { name, port, resolvers } = options;
  const typeDefs = parse(readFileSync(join(import.meta.dirname, `${name}.graphql`), 'utf8'));
  const schema = buildSubgraphSchema([{ typeDefs, resolvers }]);
  const entityRequests: EntityRequest[] = [];
  const connections = new Set<Socket>();
  const webSockets = createWebSockets(schema, options);
  const eventStreams = new Set<ServerResponse>();
  const streamEvents = createEventStreams(schema, options);
  const server = createServer((request, response) => {
    const isStream = options.protocol === 'sse' && request.headers.accept === 'text/event-stream';
    if (isStream) {
      eventStreams.add(response);
      response.once('close', () => eventStreams.delete(response));
    }
    const places = { schema, entityRequests, options };
    const answering = isStream ? streamEvents(request, response) : answer(request, response, places);
    answering.catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    if (options.protocol !== 'transport-ws') return socket.destroy();
    webSockets.handleUpgrade(request, socket, head, (opened) =>
      webSockets.emit('connection', opened, request),
    );
  });
  const subgraph: Subgraph = {
    name,
    url: `http://127.0.0.1:${port}/graphql`,
    typeDefs,
    entityRequests,
    cut: () => {
      for (const socket of webSockets.clients) socket.terminate();
      for (const response of eventStreams) response.destroy();
    },
    stop: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of connections) socket.destroy();
      return closed;
    },
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          resolve();
        });
      }),
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await subgraph.stop();
    },
  };
  await subgraph.start();
  return subgraph;
}

interface Places {
  readonly schema: GraphQLSchema;
  readonly entityRequests: EntityRequest[];
  readonly options: SubgraphOptions;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { schema, entityRequests, options }: Places,
): Promise<void> {
  const send = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (request.url === '/streams') return send(200, options.openStreams());
  if (request.method !== 'POST' || request.url !== '/graphql') return send(404, { message: 'POST /graphql' });
  const { query, variables, operationName, extensions } = JSON.parse(await text(request));
  entityRequests.push(...Object.values(variables ?? {}).filter(isRepresentations));
  const contextValue: AuditContext = {
    viewer: options.findViewer(request.headers, extensions),
    isUntyped: false,
  };
  send(200, await graphql({ schema, source: query, variableValues: variables, operationName, contextValue }));
}

/** Gateways may give the variable any name. */
function isRepresentations(value: unknown): value is EntityRequest {
  return Array.isArray(value) && value.some((item) => typeof item?.__typename === 'string');
}

function createWebSockets(schema: GraphQLSchema, { findViewer }: SubgraphOptions): WebSocketServer {
  const webSockets = new WebSocketServer({ noServer: true });
  serveSubscriptions(
    {
      schema,
      context: ({ connectionParams, extra }, _id, { extensions }): AuditContext => ({
        viewer: findViewer(connectionParams, extra.request.headers, extensions),
        isUntyped: false,
      }),
      onNext: (...[, , , args, result]) => {
        const { isUntyped } = args.contextValue as AuditContext;
        return isUntyped ? (withoutTypename(result) as FormattedExecutionResult) : undefined;
      },
    },
    webSockets,
  );
  return webSockets;
}

function createEventStreams(
  schema: GraphQLSchema,
  { findViewer }: SubgraphOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return createHandler({
    schema,
    context: ({ raw: { headers } }) => ({ viewer: findViewer(headers), isUntyped: false }),
    onNext: ({ isUntyped }, _request, result) =>
      isUntyped === true ? (withoutTypename(result) as ExecutionResult) : undefined,
  });
}

function withoutTypename(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), function drop(_key, inner) {
    if (typeof inner === 'object' && inner !== null) delete inner.__typename;
    return inner;
  });
}
