/**
 * The subgraphs as the gateway reaches them: data sources behind the entity cache, and the addresses of their copies. The settings say where ours are;
 * where another one is, the supergraph says. Made by gateway.ts.
 */
import type { HealthCheck } from '#platform/http.ts';
import type { Service } from '#platform/service.ts';
import type { GatewayConfig } from './config.ts';
import type { SubgraphSource } from './data-source.ts';
import { createDataSource } from './data-source.ts';
import type { EntityCache } from './entities/entity-cache.ts';
import type { CachedSource } from './entities/entity-source.ts';
import type { QuerySource } from './queries/execution/query-source.ts';
import { createQuerySource } from './queries/execution/query-sources.ts';
import type { QuerySources } from './queries/execution/run-node.ts';
import type { SubgraphTransport } from './subgraph-transport.ts';
import { createSubgraphTransport } from './subgraph-transport.ts';
import type { TrafficMetrics } from './traffic/traffic-metrics.ts';

export interface Subgraphs {
  /** By name, as the executor and the subscriptions find them; filled by `connect`. */
  readonly services: Record<string, SubgraphSource>;
  /** As compiled operations find them. */
  readonly querySources: QuerySources;
  /** URLs of the copies of one that was connected. */
  urlsOf(name: string): readonly string[];
  /** Called for each subgraph that a supergraph names, when it is first named and when its URL has changed. */
  connect(name: string, url: string | undefined): SubgraphSource;
  /** Does any copy of each of them answer? */
  readonly checks: HealthCheck[];
}

/** None is connected yet. `cache` null: every entity is asked for. */
export function createSubgraphs(
  config: GatewayConfig,
  { logger, stack }: Service,
  { cache, traffic }: { readonly cache: EntityCache | null; readonly traffic: TrafficMetrics },
): Subgraphs {
  const { internalKey } = config;
  const ours = new Map([
    ['auth', config.authSubgraphUrl],
    ['chat', config.chatSubgraphUrl],
    ['storage', config.storageSubgraphUrl],
  ]);
  const services: Record<string, SubgraphSource> = {};
  const querySources = new Map<string, QuerySource>();
  const cachedSources = new Map<string, CachedSource>();
  const transports = new Map<string, SubgraphTransport>();
  const urls = new Map<string, readonly string[]>();
  const checks: HealthCheck[] = [];
  // One place in the stack: a subgraph that comes later is not left sooner. What runs at one that has moved runs on there.
  const connections = stack.use(new AsyncDisposableStack());
  return {
    services,
    checks,
    querySources: {
      sourceOf: (name) => findNamed(querySources, name),
      cachedSourceOf: cache === null ? null : (name) => findNamed(cachedSources, name),
    },
    urlsOf: (name) => findNamed(urls, name),
    connect: (name, url) => {
      const known = services[name];
      if (known !== undefined && ours.has(name)) return known;
      const copies = ours.get(name) ?? (url ? [url] : null);
      if (copies === null)
        throw new Error(`neither the settings nor the supergraph say where the subgraph ${name} is`);
      const counted = traffic.forSubgraph(name);
      const transport = connections.use(
        createSubgraphTransport({
          ...{ name, urls: copies, internalKey, limits: config, headerRules: config.headerRules, logger },
          traffic: counted,
        }),
      );
      if (!transports.has(name)) checks.push({ name, check: () => transports.get(name)?.isUp() ?? false });
      transports.set(name, transport);
      urls.set(name, copies);
      const source = createDataSource(transport);
      const cached = cache?.cover(name, source) ?? null;
      if (cached !== null) cachedSources.set(name, cached);
      services[name] = cached ?? source;
      querySources.set(
        name,
        createQuerySource({ transport, isJoining: config.fetchJoiningEnabled, traffic: counted }),
      );
      return services[name];
    },
  };
}

function findNamed<Value>(byName: ReadonlyMap<string, Value>, name: string): Value {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`no supergraph has named the subgraph ${name}`);
  return found;
}
