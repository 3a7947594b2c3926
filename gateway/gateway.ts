/** Composition root of the gateway: builds everything from the settings, called by main.ts. HISTORY and SEND pass through http.ts, LIVE through websocket.ts. */
import { join } from 'node:path';
import { ApolloGateway } from '@apollo/gateway';
import { createTokenVerifier } from '#platform/access-token.ts';
import { setEnvironmentVariable } from '#platform/config.ts';
import type { HealthCheck } from '#platform/http.ts';
import { createHttpServer } from '#platform/http.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { ensureTopics, toTopicDefinition } from '#platform/kafka/topics.ts';
import { createMetrics } from '#platform/metrics.ts';
import type { RevokedSessions } from '#platform/revoked-sessions.ts';
import { createRevokedSessions } from '#platform/revoked-sessions.ts';
import type { Service } from '#platform/service.ts';
import { topics } from '#schema/topics.ts';
import { createClientErrors } from './client-errors.ts';
import type { GatewayConfig } from './config.ts';
import type { SubgraphDataSource } from './data-source.ts';
import { createDataSource } from './data-source.ts';
import { createGraphQLRoute, startGraphQLServer } from './http.ts';
import { createOperationLimits } from './limits.ts';
import { createOriginCheck } from './origins.ts';
import { createExplorerRoute, createHomeRoute, createLandingPage } from './pages.ts';
import type { Generation } from './subscriptions/generation.ts';
import { createGeneration } from './subscriptions/generation.ts';
import { createSubscribe } from './subscriptions/subscribe.ts';
import type { Upstream } from './subscriptions/upstream.ts';
import { createUpstream } from './subscriptions/upstream.ts';
import { createSupergraphFile } from './supergraph.ts';
import { createWebSocketEndpoint } from './websocket.ts';

const explorerFolder = join(import.meta.dirname, '../web/explorer/dist');

/** Resolves once the port is open. */
export async function startGateway(config: GatewayConfig, service: Service): Promise<void> {
  const { logger, stack } = service;
  const formatError = createClientErrors({ logger, isSchemaHidden: !config.introspectionEnabled });
  const limits = createOperationLimits(config);
  const revoked = await followRevocations(config, service);
  const subgraphs = createSubgraphs(config, service);
  const graph = createGraph(config, service, subgraphs.connect);
  const server = await startGraphQLServer({ gateway: graph.gateway, config, limits, formatError, logger });
  stack.defer(() => server.stop());

  const identity = {
    verifier: createTokenVerifier(config),
    isRevoked: (id: string) => revoked.isRevoked(id),
  };
  const isDevelopment = config.nodeEnv !== 'production';
  const isOriginAllowed = createOriginCheck({ corsOrigins: config.corsOrigins, isDevelopment });
  const { upstreams, services, checks } = subgraphs;
  checks.push({ name: 'revocations', check: () => revoked.healthy() });
  const { subscriptionQueueBytesMax: queueBytesMax } = config;
  const webSocket = createWebSocketEndpoint({
    config,
    server,
    limits,
    identity,
    isOriginAllowed,
    currentGeneration: graph.currentGeneration,
    subscribe: createSubscribe({ upstreams, services, formatError, queueBytesMax, logger }),
    formatError,
    onRevoked: (listener) => revoked.onRevoked(listener),
    logger,
  });
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
        createGraphQLRoute({ server, config, identity, isOriginAllowed, landingPage }),
        createHomeRoute(landingPage),
        ...(explorerEnabled ? [createExplorerRoute(explorerFolder)] : []),
      ],
      upgrades: new Map([['/graphql', webSocket.handleUpgrade]]),
      checks,
      metrics: createMetrics('gateway'),
      logger,
    }),
  );
  stack.use(webSocket);
  // Runs first at the end: no new requests are sent here while the sockets are being closed.
  stack.defer(() => http.drain());
}

async function followRevocations(
  config: GatewayConfig,
  { logger, signal, stack }: Service,
): Promise<RevokedSessions> {
  const kafka = createKafka({ brokers: config.kafkaBrokers, clientId: 'gateway', logger });
  await ensureTopics(kafka, [toTopicDefinition(config, topics.authEvents)]);
  const revoked = stack.use(createRevokedSessions({ kafka, config, logger, signal }));
  await revoked.ready;
  return revoked;
}

interface Subgraphs {
  /** By name, as the executor and the subscriptions find them; filled by `connect`. */
  readonly services: Record<string, SubgraphDataSource>;
  readonly upstreams: Map<string, Upstream>;
  readonly checks: HealthCheck[];
  /** Called for each subgraph that a supergraph names, when it is first named and when its URL has changed. */
  connect(name: string, url: string | undefined): SubgraphDataSource;
}

/** The settings say where ours are; where another one is, the supergraph says. */
function createSubgraphs(config: GatewayConfig, { logger, stack }: Service): Subgraphs {
  const { internalKey, subgraphTimeoutMs: timeoutMs } = config;
  const copies = new Map([
    ['auth', config.authSubgraphUrl],
    ['chat', config.chatSubgraphUrl],
    ['storage', config.storageSubgraphUrl],
  ]);
  const services: Record<string, SubgraphDataSource> = {};
  const upstreams = new Map<string, Upstream>();
  const checks: HealthCheck[] = [];
  // One place in the stack: a subgraph that comes later is not left sooner. What runs at one that has moved runs on there.
  const connections = stack.use(new AsyncDisposableStack());
  return {
    services,
    upstreams,
    checks,
    connect: (name, url) => {
      const known = services[name];
      if (known !== undefined && copies.has(name)) return known;
      const urls = copies.get(name) ?? (url ? [url] : null);
      if (urls === null)
        throw new Error(`neither the settings nor the supergraph say where the subgraph ${name} is`);
      const source = connections.use(createDataSource({ name, urls, internalKey, timeoutMs, logger }));
      services[name] = source;
      upstreams.set(name, connections.use(createUpstream({ name, urls, internalKey, logger })));
      if (known === undefined) checks.push({ name, check: () => services[name]?.isUp() ?? false });
      return source;
    },
  };
}

/** Apollo's gateway for queries and mutations, and the same supergraph prepared for subscriptions. */
function createGraph(
  config: GatewayConfig,
  { logger }: Service,
  connect: Subgraphs['connect'],
): { gateway: ApolloGateway; currentGeneration: () => Generation } {
  let generation: Generation | null = null;
  // Apollo's gateway reports to Apollo unless this is set, and looks for it nowhere else.
  setEnvironmentVariable('APOLLO_TELEMETRY_DISABLED', '1');
  const gateway = new ApolloGateway({
    supergraphSdl: createSupergraphFile({ path: config.supergraphPath, logger }),
    buildService: ({ name, url }) => connect(name, url),
    logger,
  });
  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    generation = createGeneration({
      supergraphSdl: coreSupergraphSdl,
      schema: apiSchema,
      plansMax: config.plansMax,
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
