/**
 * The HTTP side of /graphql: Apollo Server on the federated graph, CORS, and a page for browsers that come by. Made by gateway.ts; websocket.ts runs its
 * queries and mutations through the same server.
 */
import type { IncomingMessage } from 'node:http';
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError } from 'graphql';
import { createGraphQLError, serviceUnavailable, unauthenticated } from '#platform/graphql-errors.ts';
import type { Handle, Route } from '#platform/http.ts';
import { sendJson } from '#platform/http.ts';
import type { Logger } from '#platform/logger.ts';
import type { AnswerCompression } from './answer-compression.ts';
import { findAnswerFormat } from './answer-format.ts';
import { createApolloExecute } from './apollo-http.ts';
import type { OperationParts } from './client-operation.ts';
import type { GatewayConfig } from './config.ts';
import { createCompleteRequest } from './documents/http-documents.ts';
import type { HttpStreams } from './http-streams.ts';
import type { OperationLimits } from './limits.ts';
import { conditionalRoot, unclearOperation } from './limits.ts';
import type { OriginCheck } from './origins.ts';
import { allowedMethods, answerPreflight, setCorsHeaders } from './origins.ts';
import type { ServerGateway } from './queries/apollo-executor.ts';
import { createQueryFront } from './queries/query-front.ts';
import type { FormatError } from './subscriptions/execute-event.ts';
import type { ClientConfig, GatewayContext, IdentityOptions } from './viewer.ts';
import { describeRefusal, identify, isTokenless, readClient } from './viewer.ts';

export interface GraphQLServerOptions {
  readonly gateway: ServerGateway;
  readonly config: GatewayConfig;
  readonly limits: OperationLimits;
  readonly formatError: FormatError;
  readonly logger: Logger;
}

/** Started: the supergraph is loaded when it resolves. */
export async function startGraphQLServer(
  options: GraphQLServerOptions,
): Promise<ApolloServer<GatewayContext>> {
  const { gateway, config, limits, formatError, logger } = options;
  const server = new ApolloServer<GatewayContext>({
    gateway,
    logger,
    formatError,
    introspection: config.introspectionEnabled,
    hideSchemaDetailsFromClientErrors: !config.introspectionEnabled,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    // As the front writes it, which answers the same operation from the second time on.
    stringifyResult: (result) => JSON.stringify(result),
    // The text is in the request before it comes here (documents/http-documents.ts).
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokensMax },
    validationRules: [...limits.rules],
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      refuseUnclearOperations(),
      refuseSubscriptions(),
      refuseBadTokens(),
      reportValidationThrow(),
      setRefusedStatus(),
    ],
  });
  await server.start();
  return server;
}

/** Without it the executor would answer 500 to a document of which no, or more than one, operation fits `operationName`. */
function refuseUnclearOperations(): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation }) => {
        if (operation === undefined) throw withStatus(unclearOperation(), 400);
      },
    }),
  };
}

/** Without it the executor would answer 500. */
function refuseSubscriptions(): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation }) => {
        if (operation?.operation !== 'subscription') return;
        const message =
          'Subscriptions run on this URL over WebSocket (graphql-transport-ws), text/event-stream or multipart/mixed; subscriptionSpec="1.0".';
        throw withStatus(createGraphQLError('SUBSCRIPTION_NOT_SUPPORTED_OVER_HTTP', message), 400);
      },
    }),
  };
}

/** Clients send their token with everything, so an old one must not keep them from getting a new one. */
function refuseBadTokens(): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation, contextValue: { identity } }) => {
        if (identity.kind !== 'refused' || (operation !== undefined && isTokenless(operation))) return;
        // A GraphQL answer like any other: clients look at the code, and 401 would make some of them drop the body.
        throw withStatus(unauthenticated(describeRefusal(identity.reason)), 200);
      },
    }),
  };
}

/** graphql-js throws out of validate() on a subscription whose root field has @skip or @include with a variable; nothing else throws a GraphQLError there. */
function reportValidationThrow(): ApolloServerPlugin<GatewayContext> {
  return {
    unexpectedErrorProcessingRequest: async ({ error, requestContext }) => {
      const isSubscription = requestContext.document?.definitions.some(
        (definition) => definition.kind === 'OperationDefinition' && definition.operation === 'subscription',
      );
      if (isSubscription && error instanceof GraphQLError) throw withStatus(conditionalRoot(), 400);
    },
  };
}

/** What is no request at all is refused before there is one, and stays 400. */
function setRefusedStatus(): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ request, response: { http, body } }) => {
        if (http.status !== 400 || body.kind !== 'single' || body.singleResult.data !== undefined) return;
        http.status = findAnswerFormat(request.http?.headers.get('accept'))?.refusedStatus ?? 400;
      },
    }),
  };
}

function withStatus(error: GraphQLError, status: number): GraphQLError {
  return new GraphQLError(error.message, {
    extensions: { ...error.extensions, http: { status } },
    ...(error.originalError === undefined ? {} : { originalError: error.originalError }),
  });
}

export interface GraphQLRouteOptions {
  readonly parts: Pick<OperationParts, 'server' | 'queries' | 'documents' | 'formatError'>;
  readonly config: GatewayConfig;
  readonly identity: IdentityOptions;
  readonly isOriginAllowed: OriginCheck;
  readonly streams: HttpStreams;
  readonly compression: AnswerCompression;
  /** What a browser gets. */
  readonly landingPage: Handle;
}

/** All methods of /graphql. */
export function createGraphQLRoute(options: GraphQLRouteOptions): Route {
  const { config, identity, isOriginAllowed, streams, compression, landingPage } = options;
  const { server, queries, documents, formatError } = options.parts;
  const execute = createQueryFront({
    documents,
    find: queries.find,
    metrics: queries.metrics,
    identify: (authorization) => identify(authorization, identity),
    readClient: (request) => readClient(request, config),
    formatError,
    send: compression.send,
    bodyBytesMax: config.bodyBytesMax,
    executeByApollo: createApolloExecute({
      server,
      sendWhole: compression.send,
      completeRequest: createCompleteRequest(documents),
      createContext: (request) => createContext(request, identity, config),
    }),
  });
  return {
    path: '/graphql',
    handle: (request, response) => {
      if (request.method === 'OPTIONS') return answerPreflight(request, response, isOriginAllowed);
      if (request.method === 'GET' && isPageVisit(request)) return landingPage(request, response);
      setCorsHeaders(request, response, isOriginAllowed);
      if (streams.serve(request, response)) return undefined;
      if (request.method !== 'GET' && request.method !== 'POST') {
        response.setHeader('allow', allowedMethods);
        return sendJson(response, 405, { errors: [badRequest('Use POST, or GET for queries.')] });
      }
      return execute(request, response);
    },
  };
}

async function createContext(
  request: IncomingMessage,
  options: IdentityOptions,
  config: ClientConfig,
): Promise<GatewayContext> {
  const identity = await identify(request.headers.authorization, options).catch((error: unknown) => {
    throw withStatus(serviceUnavailable(error), 503);
  });
  return { identity, client: readClient(request, config) };
}

function isPageVisit(request: IncomingMessage): boolean {
  const accept = request.headers.accept ?? '';
  return accept.includes('text/html') && !/[?&](query|extensions|documentId)=/.test(request.url ?? '');
}

function badRequest(message: string): object {
  return { message, extensions: { code: 'BAD_REQUEST' } };
}
