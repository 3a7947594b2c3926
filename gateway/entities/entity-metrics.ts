/** What the entity cache counts, by subgraph where it is about fetches. Made by entity-cache.ts in the registry of the gateway. */
import { Counter, Gauge } from 'prom-client';
import type { Registry } from '#platform/metrics.ts';

/** Of one subgraph. */
export interface SubgraphEntityMetrics {
  hits(count: number): void;
  misses(count: number): void;
  joined(): void;
  requests(): void;
}

export interface EntityMetrics {
  forSubgraph(subgraph: string): SubgraphEntityMetrics;
  evicted(): void;
  invalidated(count: number): void;
}

/** `bytes` is read when the metrics are. */
export function createEntityMetrics(registers: Registry[], bytes: () => number): EntityMetrics {
  const labelNames = ['subgraph'];
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers });
  const hits = counter('gateway_entity_cache_hits_total', 'Entities that were answered from the cache.');
  const misses = counter('gateway_entity_cache_misses_total', 'Entities that had to be fetched.');
  const joined = counter(
    'gateway_entity_fetches_joined_total',
    'Entity fetches that went along with a request of another one.',
  );
  const requests = counter('gateway_entity_requests_total', 'Requests for entities that were sent.');
  const evictions = new Counter({
    name: 'gateway_entity_cache_evictions_total',
    help: 'Entities that were forgotten to make room.',
    registers,
  });
  const invalidations = new Counter({
    name: 'gateway_entity_cache_invalidations_total',
    help: 'Kept answers that were forgotten because their entity has changed.',
    registers,
  });
  const gauge: Gauge = new Gauge({
    name: 'gateway_entity_cache_bytes',
    help: 'What the entity cache holds, about.',
    registers,
    collect: () => gauge.set(bytes()),
  });
  return {
    forSubgraph: (subgraph) => ({
      hits: (count) => hits.inc({ subgraph }, count),
      misses: (count) => misses.inc({ subgraph }, count),
      joined: () => joined.inc({ subgraph }),
      requests: () => requests.inc({ subgraph }),
    }),
    evicted: () => evictions.inc(),
    invalidated: (count) => invalidations.inc(count),
  };
}
