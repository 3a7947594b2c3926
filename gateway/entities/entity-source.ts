/**
 * A subgraph that is asked for entities as rarely as may be: what is kept is not fetched, and fetches go together (entity-batches.ts). Everything else
 * passes through. Made by entity-cache.ts for each subgraph, called by compiled fetches (HISTORY) and by
 * Apollo's executor for the rest of a live event's plan.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { CachePolicy } from '../cache-policy.ts';
import { strictestPolicy } from '../cache-policy.ts';
import type { ProcessOptions, SubgraphAnswer, SubgraphSource } from '../data-source.ts';
import { readContext, toAnswerError } from '../data-source.ts';
import { toRequesterHeaders } from '../traffic/requester-headers.ts';
import { toCanonicalText } from './canonical-text.ts';
import type { Asker, EntityBatchesOptions, Part } from './entity-batches.ts';
import { EntityBatches } from './entity-batches.ts';
import type { EntityFetch, EntityFetchReader } from './entity-query.ts';
import { createEntityFetchReader } from './entity-query.ts';
import { toStoreKey } from './entity-store.ts';

export interface CachedSource extends SubgraphSource {
  /** What is known of fetches with this text and these variables besides the representations. */
  findScope: EntityFetchReader['findScope'];
}

/** Its answers are equal to those the subgraph would give to each fetch alone, or has given within the age it allows. */
export function createEntitySource(options: EntityBatchesOptions): CachedSource {
  const { source, store, metrics } = options;
  const reader = createEntityFetchReader();
  const batches = new EntityBatches(options);

  async function answer(
    { scope, wanted, length }: EntityFetch,
    asked: ProcessOptions,
  ): Promise<SubgraphAnswer> {
    const toAsker = (): Asker => ({ scope, asked, requester: toRequester(asked) });
    const first = scope.isPublic === null ? batches.findFirst(toAsker()) : null;
    // Without one nothing is waited for, so that the next one finds this one.
    if (first !== null) await first;
    const entities: unknown[] = new Array(length).fill(null);
    const policies: CachePolicy[] = [];
    const missing = wanted.filter(({ key, indexes }) => {
      const kept = store.read(toStoreKey(scope, key));
      if (kept === null) return true;
      for (const index of indexes) entities[index] = JSON.parse(kept.text);
      policies.push({ isPublic: true, maxAgeSeconds: kept.maxAgeSeconds });
      return false;
    });
    metrics.hits(wanted.length - missing.length);
    if (missing.length === 0) return toAnswer(entities, [], policies);
    metrics.misses(missing.length);
    const parts = await batches.fetch(missing, toAsker());
    for (const part of parts) {
      takeEntities(part, entities);
      policies.push(part.answer.cachePolicy);
    }
    const hasEntities = missing.length < wanted.length || parts.some((part) => part.answer.hasEntities);
    return toAnswer(hasEntities ? entities : null, parts.flatMap(readErrors), policies);
  }

  return {
    findScope: reader.findScope,
    process(asked) {
      const fetch = isAfterMutation(asked) ? null : reader.read(asked.request);
      return fetch === null ? source.process(asked) : answer(fetch, asked);
    },
  };
}

/** Equal for equal requesters. */
function toRequester(asked: ProcessOptions): string {
  const context = readContext(asked);
  return context === null ? '' : toCanonicalText([toRequesterHeaders(context), context.client.headers]);
}

/** What a mutation answers must not be from before it, and its failures have a meaning of their own. */
function isAfterMutation(asked: ProcessOptions): boolean {
  return (
    'incomingRequestContext' in asked && asked.incomingRequestContext.operation?.operation === 'mutation'
  );
}

function takeEntities({ wanted, answer }: Part, entities: unknown[]): void {
  for (const { key, indexes } of wanted) for (const index of indexes) entities[index] = answer.take(key);
}

/** An error of one entity is told at each place where it was wanted, others once. */
function readErrors({ wanted, answer }: Part): GraphQLFormattedError[] {
  const indexesByKey = new Map(wanted.map(({ key, indexes }) => [key, indexes]));
  return answer.errors.flatMap(({ key, error }) => {
    if (key === null) return [toAnswerError(error)];
    const indexes = indexesByKey.get(key) ?? [];
    return indexes.map((index) =>
      toAnswerError({ ...error, path: ['_entities', index, ...(error.path ?? [])] }),
    );
  });
}

function toAnswer(
  entities: readonly unknown[] | null,
  errors: readonly GraphQLFormattedError[],
  policies: readonly CachePolicy[],
): SubgraphAnswer {
  return {
    data: entities === null ? null : { _entities: entities },
    ...(errors.length === 0 ? {} : { errors }),
    cachePolicy: strictestPolicy(policies),
  };
}
