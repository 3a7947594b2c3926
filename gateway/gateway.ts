/** Composition root of the gateway: builds everything from the settings, called by main.ts. HISTORY and SEND pass through http.ts, LIVE through websocket.ts. */
import { join } from 'node:path';
import { ApolloGateway } from '@apollo/gateway';
import { createTokenVerifier } from '#platform/access-token.ts';
import type { AuthEvents } from '#platform/auth-events.ts';
import { createAuthEvents } from '#platform/auth-events.ts';
import { setEnvironmentVariable } from '#platform/config.ts';
import { createHttpServer } from '#platform/http.ts';
import { awaitKafka } from '#platform/kafka/await-kafka.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { ensureTopics, toTopicDefinition } from '#platform/kafka/topics.ts';
import type { Registry } from '#platform/metrics.ts';
import { createMetrics } from '#platform/metrics.ts';
import type { RevokedSessions } from '#platform/revoked-sessions.ts';
import { createRevokedSessions } from '#platform/revoked-sessions.ts';
import type { Service } from '#platform/service.ts';
import { topics } from '#schema/topics.ts';
import { createAdmission } from './admission.ts';
import { createClientErrors } from './client-errors.ts';
import type { GatewayConfig } from './config.ts';
import { createConnections } from './connections.ts';
import type { EntityCache } from './entities/entity-cache.ts';
import { createEntityCache } from './entities/entity-cache.ts';
import { createGraphQLRoute, startGraphQLServer } from './http.ts';
import { createHttpStreams } from './http-streams.ts';
import { createOperationLimits } from './limits.ts';
import type { ServedGeneration } from './operations.ts';
import { createOperations } from './operations.ts';
import { createOriginCheck } from './origins.ts';
import { createExplorerRoute, createHomeRoute, createLandingPage } from './pages.ts';
import { createDemandControl } from './queries/demand-control.ts';
import { createSupergraphRules } from './queries/supergraph-rules.ts';
import type { Subgraphs } from './subgraphs.ts';
import { createSubgraphs } from './subgraphs.ts';
import { createSubscriptionProtocols } from './subscription-protocols.ts';
import { createSubscriptionEngine } from './subscriptions/engine.ts';
import { createGeneration } from './subscriptions/generation.ts';
import { createEngineMetrics } from './subscriptions/metrics.ts';
import { createSupergraphFile } from './supergraph.ts';
import { createWebSocketEndpoint } from './websocket.ts';

const explorerFolder = join(import.meta.dirname, '../web/explorer/dist');

/** Resolves once the port is open. */
export async function startGateway(config: GatewayConfig, service: Service): Promise<void> {
  const { logger, stack } = service;
  const formatError = createClientErrors({ logger, isSchemaHidden: !config.introspectionEnabled });
  const limits = createOperationLimits(config);
  const metrics = createMetrics('gateway');
  const { authEvents, revoked } = await followAuthEvents(config, service);
  const cache = createCache(config, authEvents, metrics);
  const subgraphs = createSubgraphs(config, service, cache);
  subgraphs.checks.push({ name: 'revocations', check: () => authEvents.healthy() });
  const graph = createGraph(config, service, subgraphs.connect);
  const { currentGeneration } = graph;
  const demandControl = createDemandControl({
    mode: config.demandControl,
    costMax: config.costMax,
    metrics,
  });
  const server = await startGraphQLServer({
    ...{ gateway: graph.gateway, config, limits, demandControl, currentGeneration, formatError, logger },
  });
  stack.defer(() => server.stop());

  const identity = {
    verifier: createTokenVerifier(config),
    isRevoked: (id: string) => revoked.isRevoked(id),
  };
  const isDevelopment = config.nodeEnv !== 'production';
  const isOriginAllowed = createOriginCheck({ corsOrigins: config.corsOrigins, isDevelopment });
  const connections = createConnections(config.userSocketsMax);
  stack.defer(revoked.onRevoked((sessionId) => connections.closeSession(sessionId)));
  const protocols = createSubscriptionProtocols(config);
  const engine = stack.use(
    createSubscriptionEngine({
      urlsOf: subgraphs.urlsOf,
      protocolOf: protocols.protocolOf,
      internalKey: config.internalKey,
      services: subgraphs.services,
      formatError,
      ephemeralFields: new Set(['typing', 'presence']),
      metrics: createEngineMetrics(metrics),
      logger,
    }),
  );
  const operations = createOperations({
    ...{ limits, demandControl, currentGeneration, logger },
    documentsMax: config.plansMax,
  });
  graph.onReplaced((generation) => void operations.warmUp(generation));
  const parts = { server, engine, operations, formatError };
  const admission = createAdmission({ identity, connections, logger });
  const staying = { config, connections, admission, isOriginAllowed, logger };
  const webSocket = stack.use(createWebSocketEndpoint({ ...parts, ...staying }));
  const streams = createHttpStreams({ parts, ...staying });
  const { explorerEnabled } = config;
  const landingPage = createLandingPage({
    explorerEnabled,
    sandboxEnabled: isDevelopment && config.introspectionEnabled,
  });
  const http = stack.use(
    await createHttpServer({
      host: config.host,
      port: config.port,
      routes: [
        createGraphQLRoute({ server, config, identity, isOriginAllowed, streams, landingPage }),
        createHomeRoute(landingPage),
        ...protocols.routes,
        ...(explorerEnabled ? [createExplorerRoute(explorerFolder)] : []),
      ],
      upgrades: new Map([['/graphql', webSocket.handleUpgrade]]),
      checks: subgraphs.checks,
      metrics,
      logger,
    }),
  );
  stack.defer(() => connections.closeAll());
  // Runs first at the end: no new requests are sent here while the sockets are being closed.
  stack.defer(() => http.drain());
}

async function followAuthEvents(
  config: GatewayConfig,
  service: Service,
): Promise<{ authEvents: AuthEvents; revoked: RevokedSessions }> {
  const { logger, signal, stack } = service;
  const kafka = createKafka({ brokers: config.kafkaBrokers, clientId: 'gateway', logger });
  const definition = toTopicDefinition(config, topics.authEvents);
  await awaitKafka(() => ensureTopics(kafka, [definition]), service);
  const authEvents = stack.use(createAuthEvents({ kafka, config, logger, signal }));
  const revoked = stack.use(createRevokedSessions(authEvents, logger));
  await authEvents.ready;
  return { authEvents, revoked };
}

/** Forgets whose profile has changed. Null when there is to be none. */
function createCache(
  { entityCacheBytesMax: bytesMax }: GatewayConfig,
  authEvents: AuthEvents,
  metrics: Registry,
): EntityCache | null {
  if (bytesMax === 0) return null;
  const cache = createEntityCache({ bytesMax, metrics });
  authEvents.listen(({ userId, body }) => {
    if (body?.$case === 'profileChanged') cache.drop({ __typename: 'User', id: userId });
  });
  return cache;
}

interface Graph {
  readonly gateway: ApolloGateway;
  readonly currentGeneration: () => ServedGeneration;
  /** Told of each new supergraph. */
  readonly onReplaced: (listener: (generation: ServedGeneration) => void) => void;
}

/** Apollo's gateway for queries and mutations, and the same supergraph prepared for subscriptions. */
function createGraph(config: GatewayConfig, { logger }: Service, connect: Subgraphs['connect']): Graph {
  let generation: ServedGeneration | null = null;
  const listeners: ((generation: ServedGeneration) => void)[] = [];
  // Apollo's gateway reports to Apollo unless this is set, and looks for it nowhere else.
  setEnvironmentVariable('APOLLO_TELEMETRY_DISABLED', '1');
  const gateway = new ApolloGateway({
    supergraphSdl: createSupergraphFile({ path: config.supergraphPath, logger }),
    buildService: ({ name, url }) => connect(name, url),
    logger,
  });
  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    const made = createGeneration({
      supergraphSdl: coreSupergraphSdl,
      schema: apiSchema,
      resume: { argument: 'after', cursorField: 'cursor' },
    });
    generation = Object.assign(made, createSupergraphRules(coreSupergraphSdl, config));
    for (const listener of listeners) listener(generation);
  });
  return {
    gateway,
    currentGeneration: () => {
      if (generation === null) throw new Error('the supergraph is not loaded');
      return generation;
    },
    onReplaced: (listener) => void listeners.push(listener),
  };
}
