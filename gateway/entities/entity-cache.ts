/**
 * The gateway's entity cache: one store for all subgraphs, and each subgraph behind a source that uses it. Made by gateway.ts, which also tells what has
 * changed; it knows no type of any subgraph.
 */
import type { Registry } from '#platform/metrics.ts';
import type { SubgraphSource } from '../data-source.ts';
import type { EntityBatch } from './entity-batch.ts';
import { createEntityMetrics } from './entity-metrics.ts';
import type { CachedSource } from './entity-source.ts';
import { createEntitySource } from './entity-source.ts';
import { createEntityStore } from './entity-store.ts';
import type { Representation } from './entity-tags.ts';
import { tagsOf } from './entity-tags.ts';

export interface EntityCache {
  /** The subgraph of this name, asked for its entities through the cache. */
  cover(name: string, source: SubgraphSource): CachedSource;
  /** The entity, given by its type and fields of its key, has changed: nothing that was asked before is kept. */
  drop(entity: Representation): void;
}

/** Empty. */
export function createEntityCache(options: {
  readonly bytesMax: number;
  readonly metrics: Registry;
}): EntityCache {
  const metrics = createEntityMetrics([options.metrics], () => store.bytes);
  const store = createEntityStore({ bytesMax: options.bytesMax, onEvicted: metrics.evicted });
  const running = new Set<EntityBatch>();
  return {
    cover: (name, source) =>
      createEntitySource({ source, store, running, metrics: metrics.forSubgraph(name) }),
    drop: (entity) => {
      const tags = tagsOf(entity);
      metrics.invalidated(store.drop(tags));
      for (const batch of running) batch.noteChange(tags);
    },
  };
}
