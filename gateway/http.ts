/**
 * The HTTP side of /graphql: Apollo Server on the federated graph, CORS, and a page for browsers that come by. Made by gateway.ts; websocket.ts runs its
 * queries and mutations through the same server.
 */
import type { IncomingMessage } from 'node:http';
import type { ApolloGateway } from '@apollo/gateway';
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError } from 'graphql';
import { createApolloHandle } from '#platform/apollo-http.ts';
import { createGraphQLError, serviceUnavailable, unauthenticated } from '#platform/graphql-errors.ts';
import type { Handle, Route } from '#platform/http.ts';
import { sendJson } from '#platform/http.ts';
import type { Logger } from '#platform/logger.ts';
import type { GatewayConfig } from './config.ts';
import type { HttpStreams } from './http-streams.ts';
import type { OperationLimits } from './limits.ts';
import { conditionalRoot, unclearOperation } from './limits.ts';
import type { ServedGeneration } from './operations.ts';
import type { OriginCheck } from './origins.ts';
import { allowedMethods, answerPreflight, setCorsHeaders } from './origins.ts';
import type { DemandControl } from './queries/demand-control.ts';
import type { FormatError } from './subscriptions/execute-event.ts';
import type { GatewayContext, IdentityOptions } from './viewer.ts';
import { describeRefusal, identify, isTokenless, readClient } from './viewer.ts';

export interface GraphQLServerOptions {
  readonly gateway: ApolloGateway;
  readonly config: GatewayConfig;
  readonly limits: OperationLimits;
  readonly demandControl: DemandControl;
  readonly currentGeneration: () => ServedGeneration;
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
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokensMax },
    validationRules: [...limits.rules],
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      refuseUnclearOperations(),
      refuseSubscriptions(),
      refuseBadTokens(),
      refuseCostlyOperations(options),
      reportValidationThrow(),
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

/** Before anything is planned. */
function refuseCostlyOperations(
  options: Pick<GraphQLServerOptions, 'demandControl' | 'currentGeneration'>,
): ApolloServerPlugin<GatewayContext> {
  const { demandControl, currentGeneration } = options;
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ document, operation, operationName, request }) => {
        if (operation === undefined) return;
        const { schema, costs } = currentGeneration();
        const cost = costs.weigh(schema, document, operationName ?? undefined);
        const refusal = demandControl.check(cost, request.variables ?? {});
        if (refusal !== null) throw withStatus(refusal, 400);
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

function withStatus(error: GraphQLError, status: number): GraphQLError {
  return new GraphQLError(error.message, {
    extensions: { ...error.extensions, http: { status } },
    ...(error.originalError === undefined ? {} : { originalError: error.originalError }),
  });
}

export interface GraphQLRouteOptions {
  readonly server: ApolloServer<GatewayContext>;
  readonly config: GatewayConfig;
  readonly identity: IdentityOptions;
  readonly isOriginAllowed: OriginCheck;
  readonly streams: HttpStreams;
  /** What a browser gets. */
  readonly landingPage: Handle;
}

/** All methods of /graphql. */
export function createGraphQLRoute({
  server,
  config,
  identity,
  isOriginAllowed,
  streams,
  landingPage,
}: GraphQLRouteOptions): Route {
  const execute = createApolloHandle({
    server,
    bodyBytesMax: config.bodyBytesMax,
    createContext: (request) => createContext(request, identity, config.trustProxy),
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
  trustProxy: boolean,
): Promise<GatewayContext> {
  const identity = await identify(request.headers.authorization, options).catch((error: unknown) => {
    throw withStatus(serviceUnavailable(error), 503);
  });
  return { identity, client: readClient(request, trustProxy) };
}

function isPageVisit(request: IncomingMessage): boolean {
  const accept = request.headers.accept ?? '';
  return accept.includes('text/html') && !/[?&](query|extensions)=/.test(request.url ?? '');
}

function badRequest(message: string): object {
  return { message, extensions: { code: 'BAD_REQUEST' } };
}
