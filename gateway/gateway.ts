/** Composition root of the gateway: builds everything from the settings, called by main.ts. HISTORY and SEND pass through http.ts, LIVE through websocket.ts. */
import { join } from 'node:path';
import { ApolloGateway } from '@apollo/gateway';
import { createTokenVerifier } from '#platform/access-token.ts';
import type { AuthEvents } from '#platform/auth-events.ts';
import { createAuthEvents } from '#platform/auth-events.ts';
import { setEnvironmentVariable } from '#platform/config.ts';
import type { HealthCheck } from '#platform/http.ts';
import { createHttpServer } from '#platform/http.ts';
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
import type { SubgraphDataSource, SubgraphSource } from './data-source.ts';
import { createDataSource } from './data-source.ts';
import { createEntityCache } from './entities/entity-cache.ts';
import { createGraphQLRoute, startGraphQLServer } from './http.ts';
import { createHttpStreams } from './http-streams.ts';
import { createOperationLimits } from './limits.ts';
import { createPrepareOperation } from './operations.ts';
import { createOriginCheck } from './origins.ts';
import { createExplorerRoute, createHomeRoute, createLandingPage } from './pages.ts';
import { createSubscriptionEngine } from './subscriptions/engine.ts';
import type { Generation } from './subscriptions/generation.ts';
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
  const sources = connectSubgraphs(config, service);
  const covered = coverSources(sources, { bytesMax: config.entityCacheBytesMax, authEvents, metrics });
  const graph = createGraph(config, service, covered);
  const server = await startGraphQLServer({ gateway: graph.gateway, config, limits, formatError, logger });
  stack.defer(() => server.stop());

  const identity = {
    verifier: createTokenVerifier(config),
    isRevoked: (id: string) => revoked.isRevoked(id),
  };
  const isDevelopment = config.nodeEnv !== 'production';
  const isOriginAllowed = createOriginCheck({ corsOrigins: config.corsOrigins, isDevelopment });
  const connections = createConnections(config.userSocketsMax);
  stack.defer(revoked.onRevoked((sessionId) => connections.closeSession(sessionId)));
  const engine = stack.use(
    createSubscriptionEngine({
      subgraphs: copiesOf(config),
      internalKey: config.internalKey,
      services: Object.fromEntries(covered),
      formatError,
      ephemeralFields: new Set(['typing', 'presence']),
      metrics: createEngineMetrics(metrics),
      logger,
    }),
  );
  const { currentGeneration } = graph;
  const prepare = createPrepareOperation({ limits, currentGeneration, documentsMax: config.plansMax });
  const parts = { server, engine, prepare, formatError };
  const admission = createAdmission({ identity, connections, logger });
  const staying = { config, connections, admission, logger };
  const webSocket = stack.use(createWebSocketEndpoint({ ...parts, ...staying, isOriginAllowed }));
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
        ...(explorerEnabled ? [createExplorerRoute(explorerFolder)] : []),
      ],
      upgrades: new Map([['/graphql', webSocket.handleUpgrade]]),
      checks: createChecks(sources, authEvents),
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
  { logger, signal, stack }: Service,
): Promise<{ authEvents: AuthEvents; revoked: RevokedSessions }> {
  const kafka = createKafka({ brokers: config.kafkaBrokers, clientId: 'gateway', logger });
  await ensureTopics(kafka, [toTopicDefinition(config, topics.authEvents)]);
  const authEvents = stack.use(createAuthEvents({ kafka, config, logger, signal }));
  const revoked = stack.use(createRevokedSessions(authEvents, logger));
  await authEvents.ready;
  return { authEvents, revoked };
}

function copiesOf(config: GatewayConfig): ReadonlyMap<string, readonly string[]> {
  return new Map([
    ['auth', config.authSubgraphUrl],
    ['chat', config.chatSubgraphUrl],
    ['storage', config.storageSubgraphUrl],
  ]);
}

function connectSubgraphs(
  config: GatewayConfig,
  { logger, stack }: Service,
): ReadonlyMap<string, SubgraphDataSource> {
  const { internalKey, subgraphTimeoutMs: timeoutMs } = config;
  const sources = new Map<string, SubgraphDataSource>();
  for (const [name, urls] of copiesOf(config))
    sources.set(name, stack.use(createDataSource({ name, urls, internalKey, timeoutMs, logger })));
  return sources;
}

interface CoverOptions {
  /** 0 leaves the subgraphs as they are. */
  readonly bytesMax: number;
  readonly authEvents: AuthEvents;
  readonly metrics: Registry;
}

/** The subgraphs behind the entity cache, which forgets whose profile has changed. */
function coverSources(
  sources: ReadonlyMap<string, SubgraphSource>,
  { bytesMax, authEvents, metrics }: CoverOptions,
): ReadonlyMap<string, SubgraphSource> {
  if (bytesMax === 0) return sources;
  const cache = createEntityCache({ bytesMax, metrics });
  authEvents.listen(({ userId, body }) => {
    if (body?.$case === 'profileChanged') cache.drop({ __typename: 'User', id: userId });
  });
  return new Map([...sources].map(([name, source]) => [name, cache.cover(name, source)]));
}

/** Apollo's gateway for queries and mutations, and the same supergraph prepared for subscriptions. */
function createGraph(
  config: GatewayConfig,
  { logger }: Service,
  sources: ReadonlyMap<string, SubgraphSource>,
): { gateway: ApolloGateway; currentGeneration: () => Generation } {
  let generation: Generation | null = null;
  // Apollo's gateway reports to Apollo unless this is set, and looks for it nowhere else.
  setEnvironmentVariable('APOLLO_TELEMETRY_DISABLED', '1');
  const gateway = new ApolloGateway({
    supergraphSdl: createSupergraphFile({ path: config.supergraphPath, logger }),
    buildService: ({ name }) => {
      const source = sources.get(name);
      if (source === undefined)
        throw new Error(`the supergraph names a subgraph that has no URL here: ${name}`);
      return source;
    },
    logger,
  });
  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    generation = createGeneration({
      supergraphSdl: coreSupergraphSdl,
      schema: apiSchema,
      plansMax: config.plansMax,
      resume: { argument: 'after', cursorField: 'cursor' },
    });
  });
  return {
    gateway,
    currentGeneration: () => {
      if (generation === null) throw new Error('the supergraph is not loaded');
      return generation;
    },
  };
}

function createChecks(
  sources: ReadonlyMap<string, SubgraphDataSource>,
  authEvents: AuthEvents,
): HealthCheck[] {
  return [
    ...[...sources].map(([name, source]) => ({ name, check: () => orReject(source.isUp(), name) })),
    { name: 'revocations', check: () => authEvents.healthy() },
  ];
}

async function orReject(isUp: Promise<boolean>, name: string): Promise<void> {
  if (!(await isUp)) throw new Error(`no copy of ${name} answers`);
}
