/**
 * Copies of the engine world's subgraph of events that do not speak WebSocket: graphql-sse's own server, and Apollo Server with its own plugin for HTTP
 * callbacks. Used by foreign-upstreams.test.ts.
 */
import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginSubscriptionCallback } from '@apollo/server/plugin/subscriptionCallback';
import { createHandler } from 'graphql-sse/lib/use/http';
import { Registry } from 'prom-client';
import type { CallbackEndpoint } from '#gateway/subscriptions/callback-endpoint.ts';
import { createCallbackEndpoint } from '#gateway/subscriptions/callback-endpoint.ts';
import { createHttpServer } from '#platform/http.ts';
import { createApolloHandle } from '#tests/harness/apollo-handle.ts';
import { findFreePorts } from '../harness/free-ports.ts';
import type { Copy, Rooms } from './engine-world.ts';
import { createEventsSchema, logger } from './engine-world.ts';

export interface ForeignCopy extends Copy {
  /** Headers of the requests so far. */
  readonly requests: readonly IncomingHttpHeaders[];
}

/** Answers every request as it likes; `cut` ends all connections. */
export async function startHttp(listener: RequestListener): Promise<ForeignCopy> {
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    requests,
    cut: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Speaks server-sent events. */
export async function startEventSourceCopy(rooms: Rooms): Promise<ForeignCopy> {
  const handle = createHandler({
    schema: createEventsSchema(rooms),
    context: ({ raw }) => toContext(raw),
  });
  return startHttp((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
}

/** Calls back, until it is cut. */
export async function startCallbackCopy(rooms: Rooms): Promise<ForeignCopy> {
  let isCut = false;
  const server = new ApolloServer<object>({
    schema: createEventsSchema(rooms),
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSubscriptionCallback({
        fetcher: (url, init) => (isCut ? Promise.reject(new Error('cut')) : fetch(url, init as RequestInit)),
      }),
    ],
  });
  await server.start();
  const handle = createApolloHandle({
    server,
    bodyBytesMax: 64 * 1024,
    createContext: async (request) => toContext(request),
  });
  const http = await startHttp((request, response) => void handle(request, response));
  return {
    ...http,
    cut: () => {
      isCut = true;
    },
    async [Symbol.asyncDispose]() {
      isCut = false;
      await server.stop();
      await http[Symbol.asyncDispose]();
    },
  };
}

/** The token is the name of the viewer. */
function toContext({ headers }: IncomingMessage): { readonly viewer: { readonly userId: string } } {
  return { viewer: { userId: headers.authorization?.replace('Bearer ', '') ?? '' } };
}

/** Where copies call back, on a server like the gateway's. */
export async function startCallbackEndpoint(): Promise<{ endpoint: CallbackEndpoint } & AsyncDisposable> {
  const [port] = await findFreePorts(1);
  const endpoint = createCallbackEndpoint(`http://127.0.0.1:${port}`);
  const http = await createHttpServer({
    ...{ host: '127.0.0.1', port, routes: [endpoint.route], checks: [] },
    ...{ metrics: new Registry(), logger },
  });
  return { endpoint, [Symbol.asyncDispose]: () => http[Symbol.asyncDispose]() };
}
