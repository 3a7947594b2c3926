/**
 * A small federation for the subscription engine alone: copies of a subgraph that streams the log of a room over real sockets, a subgraph of people
 * whose answers the test decides, and the engine in front. Used by engine.test.ts and foreign-upstreams.test.ts.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import type { GraphQLDataSource } from '@apollo/gateway';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { FormattedExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { GraphQLError, parse } from 'graphql';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { WebSocketServer } from 'ws';
import { createClientErrors } from '#gateway/client-errors.ts';
import { coerceVariables, createSubscriptionEngine } from '#gateway/subscriptions/engine.ts';
import type { SubscriptionPlan } from '#gateway/subscriptions/generation.ts';
import { createGeneration } from '#gateway/subscriptions/generation.ts';
import { createEngineMetrics } from '#gateway/subscriptions/metrics.ts';
import type { Sink, Subscription } from '#gateway/subscriptions/subscription.ts';
import type { UpstreamProtocol } from '#gateway/subscriptions/upstream.ts';
import type { TokenVerifier } from '#platform/access-token.ts';
import { createSubgraphSocket } from '#platform/subgraph/websocket.ts';
import type { SubgraphContext } from '#schema/context.ts';
import type { UserId } from '#schema/ids.ts';
import { createSessionId } from '#schema/ids.ts';

const link = '@link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';
const eventsSdl = `extend schema ${link}
  type Query { ok: Boolean }
  type Subscription { events(room: String!, after: String): Item!, ticks: Int! }
  union Item = Posted | CaughtUp
  type Posted { cursor: String! seq: Int! text: String! reader: String! author: Person }
  type CaughtUp { cursor: String! }
  type Person @key(fields: "id") { id: ID! }`;
const peopleSdl = `extend schema ${link}
  type Query { people: Boolean }
  type Person @key(fields: "id") { id: ID! name: String! mood: String! }`;

export const internalKey = 'k'.repeat(32);
export const logger = pino({ level: 'silent' });

interface Posted {
  readonly __typename: 'Posted';
  readonly cursor: string;
  readonly seq: number;
  readonly text: string;
  readonly author: { readonly __typename?: 'Person'; readonly id: string } | null;
}
type Root = { readonly events: Posted };

/** What the rooms hold; every copy of the subgraph has the same. */
export class Rooms {
  readonly #logs = new Map<string, Root[]>();
  readonly #readers = new Set<() => void>();
  /** Why those have ended that get no more events. */
  readonly #ended = new Map<string, Error | null>();

  get readers(): number {
    return this.#readers.size;
  }

  post(room: string, author: Posted['author'] = { __typename: 'Person', id: 'ada' }): void {
    const log = this.#logs.get(room) ?? [];
    this.#logs.set(room, log);
    const seq = log.length + 1;
    log.push({ events: { __typename: 'Posted', cursor: String(seq), seq, text: `${room} ${seq}`, author } });
    for (const wake of [...this.#readers]) wake();
  }

  /** Readers are through after the last event, with the error if there is one. */
  end(room: string, error: Error | null = null): void {
    this.#ended.set(room, error);
    for (const wake of [...this.#readers]) wake();
  }

  /** After the cursor; without one from the end on. */
  read(room: string, after: string | null): AsyncIterableIterator<Root> {
    let at = after === null ? (this.#logs.get(room)?.length ?? 0) : Number(after);
    let pending: PromiseWithResolvers<IteratorResult<Root>> | null = null;
    const wake = () => {
      const root = this.#logs.get(room)?.[at];
      const ended = this.#ended.get(room);
      if (pending === null || (root === undefined && ended === undefined)) return;
      at += 1;
      if (root !== undefined) pending.resolve({ value: root, done: false });
      else if (ended) pending.reject(ended);
      else pending.resolve({ value: undefined, done: true });
      pending = null;
    };
    this.#readers.add(wake);
    return {
      next: () => {
        pending = Promise.withResolvers();
        const { promise } = pending;
        wake();
        return promise;
      },
      return: async () => {
        this.#readers.delete(wake);
        pending?.resolve({ value: undefined, done: true });
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

/** The token is the name of the viewer. */
const verifier: TokenVerifier = {
  verify: async (token) => ({
    ...{ userId: token as UserId, sessionId: createSessionId(), tokenId: 't' },
    expiresAtMs: Date.now() + 60_000,
    scopes: new Set(),
    policies: new Set(),
  }),
};

/** Of the subgraph that streams. Nobody may read the room named private. */
export function createEventsSchema(rooms: Rooms): GraphQLSchema {
  const resolvers = {
    Subscription: {
      events: {
        subscribe: (_root: unknown, { room, after = null }: { room: string; after?: string | null }) => {
          if (room === 'private') throw new GraphQLError('private', { extensions: { code: 'FORBIDDEN' } });
          return rooms.read(room, after);
        },
      },
    },
    Posted: { reader: (_event: unknown, _args: unknown, { viewer }: SubgraphContext) => viewer?.userId },
  };
  return buildSubgraphSchema([{ typeDefs: parse(eventsSdl), resolvers }]);
}

export interface Copy extends AsyncDisposable {
  readonly url: string;
  readonly cut: () => void;
}

/** One copy of the subgraph. */
export async function startCopy(rooms: Rooms): Promise<Copy> {
  const socket = createSubgraphSocket({
    schema: createEventsSchema(rooms),
    authentication: { verifier, isRevoked: () => false },
    internalKey,
    frameBytesMax: 64 * 1024,
    heartbeatMs: 60_000,
    logger,
  });
  const http = createServer();
  const streams = new Set<{ destroy(): void }>();
  http.on('connection', (stream) => void streams.add(stream));
  http.on('upgrade', socket.handleUpgrade);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`,
    cut: () => {
      for (const stream of streams) stream.destroy();
      streams.clear();
    },
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
      await socket[Symbol.asyncDispose]();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** A subgraph that speaks nothing but graphql-transport-ws, and answers every subscription with one message, e.g. an event. */
export async function startForeign(answer: object): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = new WebSocketServer({
    ...{ host: '127.0.0.1', port: 0 },
    handleProtocols: () => 'graphql-transport-ws',
  });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const { type, id } = JSON.parse(String(data)) as { type: string; id?: string };
      if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }));
      if (type === 'subscribe') socket.send(JSON.stringify({ id, ...answer }));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type AskPeople = (
  representations: readonly { readonly id: string }[],
  authorization: string,
) => { readonly data?: object; readonly errors?: readonly Error[]; readonly isPublic: boolean };

/** What a sink has been given. */
export interface Heard {
  readonly results: FormattedExecutionResult[];
  /** Of each result, the bytes it came as. */
  readonly bodies: Buffer[];
  ending: string | null;
  isReady: boolean;
}

export interface World extends AsyncDisposable {
  readonly metrics: Registry;
  subscribe(
    query: string,
    options?: { readonly variables?: Record<string, unknown>; readonly viewer?: string },
  ): { readonly heard: Heard; readonly subscription: Subscription };
}

/** The engine in front of copies that are there. */
export function createWorld(
  urls: readonly string[],
  ask: AskPeople,
  protocol: UpstreamProtocol = { kind: 'transport-ws' },
): World {
  const services = [
    { name: 'events', typeDefs: parse(eventsSdl) },
    { name: 'people', typeDefs: parse(peopleSdl) },
  ];
  const { supergraphSdl = '' } = composeServices(services);
  const schema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  const resume = { argument: 'after', cursorField: 'cursor' };
  const generation = createGeneration({ supergraphSdl, schema, resume });
  const people = {
    process: async ({
      request,
      ...rest
    }: {
      request: { variables: { representations: { id: string }[] } };
    }) => {
      const { context } = (rest as { incomingRequestContext: { context: { authorization: string } } })
        .incomingRequestContext;
      const { isPublic, ...answer } = ask(request.variables.representations, context.authorization);
      return { ...answer, cachePolicy: { isPublic, maxAgeSeconds: 60 } };
    },
  } as unknown as GraphQLDataSource;
  const metrics = new Registry();
  const engine = createSubscriptionEngine({
    urlsOf: () => urls,
    protocolOf: () => protocol,
    internalKey,
    services: { people },
    formatError: createClientErrors({ logger, isSchemaHidden: false }),
    ephemeralFields: new Set(['ticks']),
    metrics: createEngineMetrics(metrics),
    logger,
  });
  const plans = new Map<string, SubscriptionPlan>();
  const subscriptions: Subscription[] = [];
  return {
    metrics,
    subscribe: (query, { variables = {}, viewer = 'reader' } = {}) => {
      const plan = plans.get(query) ?? generation.planSubscription(parse(query));
      plans.set(query, plan);
      const authorization = `Bearer ${viewer}`;
      const { sink, heard } = createSink();
      const subscription = engine.subscribe({
        ...{ plan, sink },
        variables: coerceVariables(plan, variables),
        asker: { authorization, requester: authorization, context: { authorization } },
      });
      subscriptions.push(subscription);
      return { heard, subscription };
    },
    [Symbol.asyncDispose]: () => {
      // Else they would look for another copy.
      for (const subscription of subscriptions) subscription.stop();
      return engine[Symbol.asyncDispose]();
    },
  };
}

function createSink(): { sink: Sink; heard: Heard } {
  const heard: Heard = { results: [], bodies: [], ending: null, isReady: true };
  let held = 0;
  const sink: Sink = {
    next: (body) => {
      heard.bodies.push(body);
      heard.results.push(JSON.parse(String(body)) as FormattedExecutionResult);
    },
    complete: () => {
      heard.ending = 'complete';
    },
    error: (errors: readonly GraphQLFormattedError[]) => {
      heard.ending = `error ${errors[0]?.message}`;
    },
    interrupted: (reason) => {
      heard.ending = reason;
    },
    hold: (bytes) => {
      held += bytes;
      return held <= 1_000_000;
    },
    get isReady() {
      return heard.isReady;
    },
  };
  return { sink, heard };
}
