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

/** The entities of a fetch. */
export interface EntityTexts {
  /** JSON, null for an entity that there is none of; null altogether when the subgraph gave no list. */
  readonly texts: readonly (string | null)[] | null;
  readonly errors: readonly GraphQLFormattedError[];
  readonly cachePolicy: CachePolicy;
}

export interface CachedSource extends SubgraphSource {
  /** Of a fetch of entities, whose representations are given as JSON texts, each once. Rejects when the subgraph does not answer. */
  askForTexts(asked: ProcessOptions, representations: readonly string[]): Promise<EntityTexts>;
  /** What is known of fetches with this text and these variables besides the representations. */
  findScope: EntityFetchReader['findScope'];
}

/** Its answers are equal to those the subgraph would give to each fetch alone, or has given within the age it allows. */
export function createEntitySource(options: EntityBatchesOptions): CachedSource {
  const { source, store, metrics } = options;
  const reader = createEntityFetchReader();
  const batches = new EntityBatches(options);

  async function answer({ scope, wanted, length }: EntityFetch, asked: ProcessOptions): Promise<EntityTexts> {
    const toAsker = (): Asker => ({ scope, asked, requester: toRequester(asked) });
    const first = scope.isPublic === null ? batches.findFirst(toAsker()) : null;
    // Without one nothing is waited for, so that the next one finds this one.
    if (first !== null) await first;
    const texts: (string | null)[] = new Array(length).fill(null);
    const policies: CachePolicy[] = [];
    const missing = wanted.filter(({ key, indexes }) => {
      const kept = store.read(toStoreKey(scope, key));
      if (kept === null) return true;
      for (const index of indexes) texts[index] = kept.text;
      policies.push({ isPublic: true, maxAgeSeconds: kept.maxAgeSeconds });
      return false;
    });
    metrics.hits(wanted.length - missing.length);
    if (missing.length === 0) return { texts, errors: [], cachePolicy: strictestPolicy(policies) };
    metrics.misses(missing.length);
    const parts = await batches.fetch(missing, toAsker());
    for (const part of parts) {
      takeTexts(part, texts);
      policies.push(part.answer.cachePolicy);
    }
    const hasEntities = missing.length < wanted.length || parts.some((part) => part.answer.hasEntities);
    const errors = parts.flatMap(readErrors);
    return { texts: hasEntities ? texts : null, errors, cachePolicy: strictestPolicy(policies) };
  }

  return {
    findScope: reader.findScope,
    askForTexts: (asked, representations) => answer(reader.readTexts(asked.request, representations), asked),
    process: async (asked) => {
      const fetch = isAfterMutation(asked) ? null : reader.read(asked.request);
      return fetch === null ? source.process(asked) : toAnswer(await answer(fetch, asked));
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

function takeTexts({ wanted, answer }: Part, texts: (string | null)[]): void {
  for (const { key, indexes } of wanted)
    for (const index of indexes) texts[index] = answer.texts.get(key) ?? null;
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

/** Whoever gets an entity may change it, so each is parsed by itself. */
function toAnswer({ texts, errors, cachePolicy }: EntityTexts): SubgraphAnswer {
  const entities = texts?.map((text) => (text === null ? null : JSON.parse(text)));
  return {
    data: entities === undefined ? null : { _entities: entities },
    ...(errors.length === 0 ? {} : { errors }),
    cachePolicy,
  };
}
