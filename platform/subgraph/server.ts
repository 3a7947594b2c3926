/**
 * The GraphQL server of a subgraph: federation schema, internal key, viewer, masked errors. Used by auth, chat and storage, which bring SDL and resolvers.
 * The live side of a subgraph is subgraph/websocket.ts.
 */
import type { IncomingMessage } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { createApolloHandle } from '#platform/apollo-http.ts';
import { createErrorMask } from '#platform/graphql-errors.ts';
import type { Route } from '#platform/http.ts';
import { sendJson } from '#platform/http.ts';
import { internalKeyHeader } from '#platform/internal-key.ts';
import type { Logger } from '#platform/logger.ts';
import { createSecretCheck } from '#platform/secret-check.ts';
import type { SubgraphContext } from '#schema/context.ts';
import type { Authentication } from './authenticate.ts';
import { authenticate, clientHeaders } from './authenticate.ts';

export interface SubgraphOptions {
  readonly typeDefs: DocumentNode;
  readonly resolvers: unknown;
  readonly authentication: Authentication;
  readonly internalKey: string;
  readonly bodyBytesMax: number;
  readonly logger: Logger;
}

export interface Subgraph extends AsyncDisposable {
  readonly schema: GraphQLSchema;
  /** POST /graphql, for createHttpServer. */
  readonly route: Route;
}

/** Builds the schema and starts Apollo Server on it. */
export async function createSubgraph(options: SubgraphOptions): Promise<Subgraph> {
  const schema = buildSubgraphSchema([
    { typeDefs: options.typeDefs, resolvers: options.resolvers as GraphQLResolverMap<SubgraphContext> },
  ]);
  const server = new ApolloServer<SubgraphContext>({
    schema,
    introspection: false,
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: createErrorMask(options.logger),
    logger: options.logger,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  await server.start();
  const isOurs = createSecretCheck(options.internalKey);
  const handle = createApolloHandle({
    server,
    bodyBytesMax: options.bodyBytesMax,
    createContext: (request) => createContext(request, options.authentication),
  });
  return {
    schema,
    route: {
      method: 'POST',
      path: '/graphql',
      handle: (request, response) => {
        if (isOurs(request.headers[internalKeyHeader])) return handle(request, response);
        sendJson(response, 401, {
          errors: [{ message: 'Only the gateway is answered.', extensions: { code: 'UNAUTHENTICATED' } }],
        });
      },
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function createContext(
  request: IncomingMessage,
  authentication: Authentication,
): Promise<SubgraphContext> {
  return {
    viewer: await authenticate(request.headers.authorization, authentication),
    client: {
      ipAddress: headerText(request, clientHeaders.ipAddress),
      userAgent: headerText(request, clientHeaders.userAgent),
    },
  };
}

function headerText(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
