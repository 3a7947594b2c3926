/** Composition root of the gateway: builds everything from the settings, called by main.ts. HISTORY and SEND pass through http.ts, LIVE through websocket.ts. */
import { join } from 'node:path';
import { createTokenVerifier } from '#platform/access-token.ts';
import type { AuthEvents } from '#platform/auth-events.ts';
import { createAuthEvents } from '#platform/auth-events.ts';
import { createHttpServer } from '#platform/http.ts';
import { awaitKafka } from '#platform/kafka/await-kafka.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { ensureTopics, toTopicDefinition } from '#platform/kafka/topics.ts';
import type { Logger } from '#platform/logger.ts';
import type { Registry } from '#platform/metrics.ts';
import { createMetrics } from '#platform/metrics.ts';
import type { RevokedSessions } from '#platform/revoked-sessions.ts';
import { createRevokedSessions } from '#platform/revoked-sessions.ts';
import type { Service } from '#platform/service.ts';
import { topics } from '#schema/topics.ts';
import { createAdmission } from './admission.ts';
import { createAnswerCompression } from './answer-compression.ts';
import { createClientErrors } from './client-errors.ts';
import type { GatewayConfig } from './config.ts';
import { createConnections } from './connections.ts';
import { createAutomaticDocuments } from './documents/automatic-documents.ts';
import { createDocumentMetrics } from './documents/document-metrics.ts';
import type { Documents } from './documents/documents.ts';
import { createDocuments } from './documents/documents.ts';
import type { TrustedDocuments } from './documents/trusted-documents.ts';
import { createTrustedDocuments } from './documents/trusted-documents.ts';
import { createWarmUp } from './documents/warm-up.ts';
import type { EntityCache } from './entities/entity-cache.ts';
import { createEntityCache } from './entities/entity-cache.ts';
import type { Graph } from './graph.ts';
import { createGraph } from './graph.ts';
import { createGraphQLRoute, startGraphQLServer } from './http.ts';
import { createHttpStreams } from './http-streams.ts';
import { createOperationLimits } from './limits.ts';
import type { Operations } from './operations.ts';
import { createOperations } from './operations.ts';
import { createOriginCheck } from './origins.ts';
import { createExplorerRoute, createHomeRoute, createLandingPage } from './pages.ts';
import { createSubgraphs } from './subgraphs.ts';
import { createSubscriptionProtocols } from './subscription-protocols.ts';
import { createSubscriptionEngine } from './subscriptions/engine.ts';
import { createEngineMetrics } from './subscriptions/metrics.ts';
import { createTrafficMetrics } from './traffic/traffic-metrics.ts';
import { createWebSocketEndpoint } from './websocket.ts';

const explorerFolder = join(import.meta.dirname, '../web/explorer/dist');

/** Resolves once the port is open. */
export async function startGateway(config: GatewayConfig, service: Service): Promise<void> {
  const { logger, stack } = service;
  const formatError = createClientErrors({ logger, isSchemaHidden: !config.introspectionEnabled });
  const limits = createOperationLimits(config);
  const metrics = createMetrics('gateway');
  const { documents, trusted } = await createDocumentSources(config, service, metrics);
  const { authEvents, revoked } = await followAuthEvents(config, service);
  const cache = createCache(config, authEvents, metrics);
  const subgraphs = createSubgraphs(config, service, { cache, traffic: createTrafficMetrics(metrics) });
  subgraphs.checks.push({ name: 'revocations', check: () => authEvents.healthy() });
  const graph = createGraph(config, service, { subgraphs, limits, metrics });
  const { queries, demandControl, currentGeneration } = graph;
  const server = await startGraphQLServer({ gateway: queries.gateway, config, limits, formatError, logger });
  stack.defer(() => server.stop());
  await queries.ready();

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
  keepWarm({ graph, trusted, operations, logger });
  authEvents.listen(({ body }) => {
    if (body?.$case === 'profileChanged') queries.forgetAnswers();
  });
  const parts = { server, queries, engine, operations, documents, formatError };
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
        createGraphQLRoute({
          ...{ parts, config, identity, isOriginAllowed, streams, landingPage },
          compression: createAnswerCompression(config, metrics),
        }),
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

/** What is listed, and what has been in use, is planned before somebody asks: at the start, with each supergraph and with each list. */
function keepWarm(parts: {
  readonly graph: Graph;
  readonly trusted: TrustedDocuments;
  readonly operations: Operations;
  readonly logger: Logger;
}): void {
  const { graph, trusted, operations, logger } = parts;
  const { queries } = graph;
  const steps = [operations.warmUpText, queries.warmUp];
  const warmUpListed = createWarmUp({
    documents: trusted.all,
    steps,
    onProblem: (id, problems) =>
      logger.warn({ id, problems }, 'a trusted document does not fit the supergraph'),
  });
  // What clients have sent may hold what a log must not.
  const warmUpUsed = createWarmUp({
    documents: () => queries.textsBefore().map((text, index) => ({ id: String(index), text })),
    steps,
    onProblem: () => logger.info('an operation that was in use does not fit the new supergraph'),
  });
  graph.onReplaced(
    (generation) => void Promise.all([operations.warmUp(generation), warmUpListed().then(warmUpUsed)]),
  );
  trusted.onReplaced(() => void warmUpListed());
  void warmUpListed();
}

/** Where the texts of operations come from, besides the requests. */
async function createDocumentSources(
  { trustedDocumentsPaths: paths, persistedOperationsOnly, apqBytesMax, documentCharsMax }: GatewayConfig,
  { logger, stack }: Service,
  metrics: Registry,
): Promise<{ documents: Documents; trusted: TrustedDocuments }> {
  const trusted = stack.use(await createTrustedDocuments({ paths, logger }));
  const automatic = createAutomaticDocuments(apqBytesMax);
  const documents = createDocuments({
    charsMax: documentCharsMax,
    ...{ trusted, automatic, isTrustedOnly: persistedOperationsOnly },
    metrics: createDocumentMetrics(metrics, {
      trustedCount: () => trusted.all().length,
      automaticBytes: () => automatic?.bytes ?? 0,
    }),
  });
  return { documents, trusted };
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
